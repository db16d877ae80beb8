import { expect } from 'chai'
import { page } from '../harness/browser.ts'
import { until } from '../harness/deadline.ts'
import { Deployment } from './deployment.ts'
import { CUT, converge, Person } from './desk.ts'
import { expectAccessible } from './screen-checks.ts'

/** A page that was cut off in the middle of asking. */
const AWAY = [...CUT, /ERR_CONNECTION_(?:RESET|CLOSED)/, /ERR_EMPTY_RESPONSE/, /ERR_SOCKET_NOT_CONNECTED/]

describe('the app, kept on the device', function () {
  // Each test starts a server, most of them several times.
  this.timeout(120_000)

  let deployment: Deployment
  let ada: Person

  beforeEach(async () => {
    deployment = await Deployment.start()
    ada = await deployment.firm.employ('Ada Marsh')
  })
  afterEach(async () => {
    ada?.watched.expectNoErrors(...AWAY)
    await ada?.close()
    await deployment?.close()
  })

  /** Waits until the worker of the build that is served has everything. */
  const isKept = (person: Person) =>
    person.page.evaluate('navigator.serviceWorker.ready.then(({ active }) => active.state)')
  /** Everything that is kept of letters. */
  const entriesOf = (person: Person) =>
    person.page.evaluate<string>(`new Promise((resolve, reject) => {
      const opening = indexedDB.open('copperplate')
      opening.onerror = () => reject(opening.error)
      opening.onsuccess = () => {
        const all = opening.result.transaction('entries').objectStore('entries').getAll()
        all.onsuccess = () => resolve(JSON.stringify(all.result))
        opening.result.close()
      }
    })`)
  const letters = (person: Person) => person.page.getByRole('heading', { name: 'Letters', exact: true })
  const notice = (person: Person) => person.page.getByText('A new version of Copperplate is ready')

  it('opens with the server gone, after a reload and in a new tab, with the letters opened lately and what was typed in them', async () => {
    await ada.open(await ada.createLetter('Demand letter'))
    await ada.createLetter('Never opened')
    await isKept(ada)
    await ada.type('Dear Sir')
    await ada.isSaved()
    await deployment.kill()
    await ada.reload('offline')
    await ada.sees('Dear Sir')
    await ada.press('Control+End')
    await ada.type(' or Madam')
    await ada.isKept()
    await ada.reload('offline')
    await ada.sees('Dear Sir or Madam')
    await ada.goTo('/')
    await ada.page.getByText('Offline.').waitFor()
    await ada.page.getByRole('link', { name: 'Demand letter' }).waitFor()
    expect(await ada.page.getByRole('link', { name: 'Never opened' }).count()).to.equal(0)
    const second = await page({}, ada.watched.context)
    await second.page.goto(deployment.firm.server.url)
    await second.page.getByRole('link', { name: 'Demand letter' }).waitFor()
    await second.close()
    await deployment.start()
    await ada.page.getByRole('button', { name: 'Retry now' }).click()
    await ada.page.getByRole('link', { name: 'Never opened' }).waitFor()
    await ada.page.getByText('Offline.').waitFor({ state: 'detached' })
  })

  it('holds the files of its build, and never an answer of the server to a person', async () => {
    await ada.open(await ada.createLetter('Demand letter'))
    await isKept(ada)
    await ada.page.reload()
    await ada.reaches('live')
    const kept = await ada.page.evaluate<string[]>(`(async () => {
      const paths = []
      for (const name of await caches.keys())
        for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname)
      return paths
    })()`)
    expect(kept).to.include('/')
    expect(kept.filter((path) => !/^\/(?:assets\/[^/]+|mark\.svg)?$/.test(path))).to.deep.equal([])
  })

  it('[C1] sends what a closed tab left as soon as the app is open, and says until then that it waits', async () => {
    const id = await ada.createLetter('Demand letter')
    await ada.open(id)
    await isKept(ada)
    await deployment.kill()
    await ada.reaches('offline')
    await ada.write('Dear Sir')
    await ada.isKept()
    await ada.goTo('/')
    await ada.page.getByText('1 edit is kept on this device').waitFor()
    await deployment.start()
    await ada.page.getByRole('button', { name: 'Try now' }).first().click()
    await ada.page.getByText('1 edit is kept on this device').waitFor({ state: 'detached' })
    await ada.open(id)
    await ada.sees('Dear Sir')
    await ada.isSaved()
  })

  it('[D1] makes a letter with the server gone, which is there when it is back', async () => {
    await ada.open(await ada.createLetter('Demand letter'))
    await isKept(ada)
    await deployment.kill()
    await ada.goTo('/')
    await ada.page.getByText('Offline.').waitFor()
    await ada.page.getByRole('button', { name: 'New letter' }).click()
    await ada.reaches('offline')
    await ada.type('On a train')
    await ada.press('Enter')
    await ada.page.keyboard.insertText('Dear Madam')
    await until('the device to have it', async () => (await entriesOf(ada)).includes('Dear Madam'))
    await ada.reload('offline')
    await ada.editor.getByText('Dear Madam').waitFor()
    await ada.goTo('/')
    await ada.page.getByText('1 edit in 1 letter is kept on this device').waitFor()
    await expectAccessible(ada)
    await ada.watched.screenshot('letters-offline')
    await deployment.start()
    await ada.goTo('/')
    await ada.page.getByRole('link', { name: 'On a train' }).click()
    await ada.isSaved()
    expect(await ada.editor.innerText()).to.equal('Dear Madam')
  })

  it('says that the browser has thrown away what was kept, once', async () => {
    await ada.open(await ada.createLetter('Demand letter'))
    await ada.type('Dear Sir')
    await ada.isSaved()
    await ada.page.evaluate(`new Promise((resolve, reject) => {
      const opening = indexedDB.open('copperplate')
      opening.onerror = () => reject(opening.error)
      opening.onsuccess = () => {
        const transaction = opening.result.transaction('entries', 'readwrite')
        transaction.objectStore('entries').clear()
        transaction.oncomplete = resolve
        opening.result.close()
      }
    })`)
    const cleared = ada.page.getByText('This browser has cleared its storage.')
    expect(await cleared.count()).to.equal(0)
    await ada.reload()
    await cleared.waitFor()
    await ada.reload()
    await ada.sees('Dear Sir')
    expect(await cleared.count()).to.equal(0)
  })

  it('leaves nothing of a person behind who signs out', async () => {
    await ada.open(await ada.createLetter('Secret settlement'))
    await ada.type('Forty thousand')
    await ada.isSaved()
    await isKept(ada)
    await ada.reload()
    expect(await entriesOf(ada)).to.match(/Forty/)
    await ada.page.getByRole('button', { name: 'You are Ada Marsh' }).click()
    await ada.page.getByRole('menuitem', { name: 'Sign out' }).click()
    await ada.page.getByRole('heading', { name: 'Continue as' }).waitFor()
    const left = await ada.page.evaluate<string>('JSON.stringify([{...localStorage}, {...sessionStorage}])')
    expect(left).to.not.match(/Ada|Secret/)
    expect(await entriesOf(ada)).to.not.match(/Forty/)
    await deployment.kill()
    await ada.goTo('/')
    await ada.page.getByRole('heading', { name: 'The server cannot be reached' }).waitFor()
  })

  it('a new build waits until the person wants it, and then is the one that opens, with what waits to be sent', async () => {
    await ada.open(await ada.createLetter('Demand letter'))
    await isKept(ada)
    const other = new Person(deployment.firm, await page({}, ada.watched.context), 'Ada’s other tab')
    await other.goTo('/')
    await letters(other).waitFor()
    await deployment.kill()
    deployment.deploy('second')
    await deployment.start()

    await ada.page.reload()
    await notice(ada).waitFor({ timeout: 30_000 })
    await ada.reaches('live')
    expect(await ada.page.title()).to.not.include('second')
    await ada.watched.context.setOffline(true)
    await ada.reaches('offline')
    await ada.type('Written in the old one. ')
    await ada.isKept()
    await ada.page.getByRole('button', { name: 'Reload' }).click()
    await ada.page.locator('script[src*="second"]').waitFor({ state: 'attached' })
    await ada.reaches('offline')
    await ada.sees('Written in the old one.')
    await ada.watched.context.setOffline(false)
    await converge(ada)
    expect(await ada.text()).to.equal('Written in the old one. \n')
    expect(await notice(ada).count()).to.equal(0)

    // The other tab goes on, and takes the new one with its next page.
    expect(await other.page.locator('script[src*="second"]').count()).to.equal(0)
    await other.page.getByRole('link', { name: 'Demand letter' }).click()
    await other.page.locator('script[src*="second"]').waitFor({ state: 'attached' })
    await other.reaches('live')
    other.watched.expectNoErrors(...AWAY)
    await other.close()
  })

  it('a build that is only half deployed changes nothing', async () => {
    await ada.open(await ada.createLetter('Demand letter'))
    await ada.goTo('/')
    await letters(ada).waitFor()
    await isKept(ada)
    await deployment.kill()
    deployment.deploy('half', { isHalf: true })
    await deployment.start()
    await ada.page.reload()
    await ada.page.evaluate('navigator.serviceWorker.ready.then((r) => r.update()).catch(() => {})')
    await ada.page.evaluate(`navigator.serviceWorker.ready.then((r) => new Promise((done) => {
      const look = () => (r.installing ? setTimeout(look, 50) : done())
      look()
    }))`)
    expect(await notice(ada).count()).to.equal(0)
    await deployment.kill()
    await ada.page.reload()
    await letters(ada).waitFor()
  })
})
