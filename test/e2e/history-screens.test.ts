import { Firm, type Person } from './desk.ts'
import { expectAccessible, expectNoSidewaysScroll, SIZES, THEMES } from './screen-checks.ts'

const sheet = ({ page }: Person) => page.locator('.past-sheet')
const sittings = ({ page }: Person) => page.locator('.sitting-choose')

describe('the screens of the history', () => {
  let firm: Firm
  let id: string

  before(async function () {
    this.timeout(60_000)
    firm = await Firm.open()
    const ada = await firm.employ('Ada Marsh')
    const ben = await firm.employ('Ben Okafor')
    id = await ada.createLetter('Demand letter: collision of 3 March')
    await ada.open(id)
    await ada.type(
      'Dear Sir or Madam,\n\nWe act for a client who was injured when a vehicle belonging to you ',
    )
    await ada.type('failed to stop at the junction of Mill Lane and the A38.\n')
    await ada.press('Control+Alt+2')
    await ada.type('Liability\nThe driver was negligent in that he failed to keep a proper lookout.\n')
    await ada.isSaved()
    await ben.open(id)
    await ben.sees('lookout')
    await ben.select('belonging to you')
    await ben.type('driven by your employee in the course of his employment')
    await ben.select('negligent')
    await ben.press('Control+b')
    await ben.isSaved()
    await ben.call('POST', `/v1/docs/${id}/snapshots`, { name: 'Sent to client' })
    await ada.sees('employment')
    await ada.press('Control+End')
    await ada.type('Our client sustained a fracture of the left wrist.')
    await ada.isSaved()
    await ada.close()
    await ben.close()
  })
  after(() => firm?.close())

  for (const colorScheme of THEMES) {
    for (const { name, ...size } of SIZES) {
      it(`${name}, ${colorScheme}`, async function () {
        this.timeout(60_000)
        const ada = await firm.employ('Ada Marsh', { ...size, colorScheme })
        const isNarrow = size.viewport.width < 900
        const panel = async () => {
          if (isNarrow) await ada.page.getByRole('button', { name: 'Sessions' }).tap()
        }
        await ada.goTo(`/letters/${id}/history`)
        await sheet(ada).waitFor()
        await panel()
        await sittings(ada).nth(1).waitFor()
        await expectAccessible(ada)
        if (isNarrow) await ada.watched.screenshot(`history-panel-${name}-${colorScheme}`)
        await sittings(ada).nth(1).click()
        await ada.page.locator('.past-added').first().waitFor()
        await expectAccessible(ada)
        await expectNoSidewaysScroll(ada)
        await ada.watched.screenshot(`history-${name}-${colorScheme}`)
        await ada.page.getByRole('button', { name: 'Authors' }).click()
        await ada.page.locator('.past-written').first().waitFor()
        await expectAccessible(ada)
        await panel()
        for (const tab of ['People', 'Named']) {
          await ada.page.getByRole('tab', { name: tab }).click()
          await ada.page.locator('.sitting').first().waitFor()
          await expectAccessible(ada)
        }
        await ada.page.getByRole('button', { name: 'Take out only these edits…' }).click()
        await ada.page.locator('.preview .past').first().waitFor()
        await expectAccessible(ada)
        await expectNoSidewaysScroll(ada)
        await ada.watched.screenshot(`rollback-${name}-${colorScheme}`)
        ada.watched.expectNoErrors()
        await ada.close()
      })
    }
  }

  it('a history that cannot be fetched says what is safe, and can be tried again', async function () {
    this.timeout(30_000)
    const ada = await firm.employ('Ada Marsh')
    await ada.page.route(/\/v1\/docs\/.*\/(history|ops)/, (route) => route.abort())
    await ada.goTo(`/letters/${id}/history`)
    await ada.page.getByText('The history could not be fetched').waitFor()
    await ada.page.getByRole('heading', { name: 'This version could not be fetched' }).waitFor()
    await expectAccessible(ada)
    await ada.page.unrouteAll()
    await ada.page.getByRole('main').getByRole('button', { name: 'Try again' }).first().click()
    await sheet(ada).waitFor()
    await ada.page.getByRole('button', { name: 'Try again' }).click()
    await sittings(ada).first().waitFor()
    await ada.close()
  })
})
