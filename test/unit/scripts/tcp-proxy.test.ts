import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { expect } from 'chai'
import { until } from '../../harness/deadline.ts'
import { TcpProxy } from '../../harness/tcp-proxy.ts'

describe('a spoilt stretch of network', () => {
  let server: Server
  let accepted: Socket[]
  let proxy: TcpProxy

  beforeEach(async () => {
    accepted = []
    // Answers everything in kind.
    server = createServer((socket) => {
      accepted.push(socket)
      socket.on('error', () => undefined)
      socket.pipe(socket)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    proxy = await TcpProxy.to((server.address() as { port: number }).port)
  })
  afterEach(async () => {
    await proxy.close()
    for (const socket of accepted) socket.destroy()
    server.close()
    await once(server, 'close')
  })

  async function client() {
    const socket = connect(proxy.port, '127.0.0.1')
    socket.on('error', () => undefined)
    const seen = { heard: '', isClosed: false, say: (text: string) => socket.write(text) }
    socket.on('data', (bytes) => {
      seen.heard += bytes
    })
    socket.on('close', () => {
      seen.isClosed = true
    })
    seen.say('hello ')
    await until('an answer', () => seen.heard === 'hello ')
    return seen
  }

  it('delivers what is late in order, and the end after it', async () => {
    const one = await client()
    proxy.delayMs = 60
    const began = performance.now()
    one.say('a ')
    await until('the request to leave', () => accepted[0]!.bytesRead > 6)
    proxy.delayMs = 1
    one.say('b ')
    await until('both answers', () => one.heard === 'hello a b ')
    expect(performance.now() - began).to.be.greaterThan(55)
    accepted[0]!.end()
    await until('the end', () => one.isClosed)
  })

  for (const loses of ['requests', 'answers', 'everything'] as const) {
    it(`that loses ${loses} tells nobody, and resets what has lost something when it is mended`, async () => {
      const [one, other] = [await client(), await client()]
      proxy.loses = loses
      one.say('lost ')
      await until('the loss', () => proxy.spoilt === 1)
      expect([one.heard, one.isClosed]).to.deep.equal(['hello ', false])
      proxy.mend()
      await until('the end', () => one.isClosed)
      expect(one.heard).to.equal('hello ')
      other.say('again ')
      await until('an answer to who has lost nothing', () => other.heard === 'hello again ')
    })
  }

  it('that does not read delivers it all when it is mended', async () => {
    const one = await client()
    proxy.stalls = true
    one.say('kept ')
    await until('the request to arrive', () => accepted[0]!.bytesRead > 6)
    one.say('more ')
    await until('the other one', () => accepted[0]!.bytesRead > 11)
    expect(one.heard).to.equal('hello ')
    proxy.mend()
    await until('both', () => one.heard === 'hello kept more ')
    expect(one.isClosed).to.equal(false)
  })
})
