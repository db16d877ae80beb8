import { expect } from 'chai'
import { type House, openHouse } from './api-house.ts'

const HTML = { accept: 'text/html,*/*' }

describe('the pages', () => {
  let house: House

  before(async function () {
    this.timeout(60_000)
    house = await openHouse({
      client: {
        'index.html': '<title>Letters</title>',
        'assets/app-1a2b3c.js': 'export {}',
        'sw.js': 'worker',
        '.secret': 'canary',
      },
    })
  })
  after(() => house.close())

  it('are one page at every path a person might open, asked for afresh each time', async () => {
    for (const path of ['/', '/letters/7', '/index.html', '/a/b/c?x=y']) {
      const reply = await house.ask('GET', path, { headers: HTML })
      expect(reply.status, path).to.equal(200)
      expect(reply.text).to.equal('<title>Letters</title>')
      expect(reply.headers['cache-control']).to.equal('no-cache')
    }
  })

  it('are found by a program that asks for anything', async () => {
    expect((await house.ask('GET', '/')).text).to.equal('<title>Letters</title>')
  })

  it('files with a hash in their names are kept for good, others are asked for afresh', async () => {
    const asset = await house.ask('GET', '/assets/app-1a2b3c.js')
    expect(asset.text).to.equal('export {}')
    expect(asset.headers['cache-control']).to.equal('public, max-age=31536000, immutable')
    expect((await house.ask('GET', '/sw.js')).headers['cache-control']).to.equal('no-cache')
  })

  it('a file that is not there is not a page', async () => {
    const reply = await house.ask('GET', '/assets/gone.js', { headers: { accept: '*/*' } })
    expect(reply.body).to.include({ status: 404, code: 'request/not-found' })
  })

  it('[T22] nothing outside the folder, and no hidden file, is served', async () => {
    const paths = [
      '/../data',
      '/..%2f..%2fetc%2fpasswd',
      '/%2e%2e/%2e%2e/etc/passwd',
      '//etc/passwd',
      '/.secret',
    ]
    for (const path of [
      ...paths,
      '/assets/..%2f.secret',
      '/%00',
      '/index.html%00.js',
      '/..%5c..%5cx',
      '/%',
    ]) {
      const reply = await house.ask('GET', path, { headers: { accept: '*/*' } })
      expect(reply.status, path).to.be.oneOf([400, 404])
      expect(reply.text).not.to.match(/canary|root:/)
    }
  })

  it('come with headers that keep other pages and other scripts out', async () => {
    for (const path of ['/', '/v1/session', '/healthz', '/nothing']) {
      const { headers } = await house.ask('GET', path, { headers: HTML })
      expect(headers['content-security-policy']).to.equal(
        "default-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' https: data:;font-src 'self';" +
          "connect-src 'self';object-src 'none';base-uri 'none';frame-ancestors 'none'",
      )
      expect(headers['x-content-type-options']).to.equal('nosniff')
      expect(headers).not.to.have.any.keys('x-powered-by', 'strict-transport-security')
    }
  })
})

describe('the pages of a server whose client was not built', () => {
  let house: House

  before(async function () {
    this.timeout(60_000)
    house = await openHouse()
  })
  after(() => house.close())

  it('say so, and what to do', async () => {
    const reply = await house.ask('GET', '/', { headers: HTML })
    expect(reply.status).to.equal(503)
    expect(reply.text).to.match(/npm run build/)
  })

  it('do not keep the rest from working', async () => {
    expect((await house.ask('GET', '/v1/session')).status).to.equal(200)
  })
})
