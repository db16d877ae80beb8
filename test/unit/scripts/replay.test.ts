import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Duplex } from 'node:stream'
import { expect } from 'chai'
import ShareDB from 'sharedb'
import { type WebSocket, WebSocketServer } from 'ws'
import { replay, type Typist, typist } from '../../harness/replay.ts'
import { editsOf, inBursts, planReplay } from '../../harness/replay-plan.ts'
import { STOCK_RICH_TEXT } from '../../harness/stock-client.ts'
import { loadTrace } from '../../harness/traces.ts'

describe('a replay by stock clients, on a stock server in memory', () => {
  let http: Server
  let backend: ShareDB
  let typists: [Typist, Typist]

  beforeEach(async () => {
    ShareDB.types.register(STOCK_RICH_TEXT)
    backend = new ShareDB({ doNotForwardSendPresenceErrorsToClient: true })
    http = createServer()
    new WebSocketServer({ server: http }).on('connection', (socket) => backend.listen(messagesOf(socket)))
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const letter = backend.connect().get('letters', 'a')
    await new Promise((resolve) => letter.create([{ insert: '\n' }], 'rich-text', resolve))
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
    typists = [await typist(url, 'a', 'token'), await typist(url, 'a', 'token')]
  })
  afterEach(async () => {
    for (const { client } of typists) await client.close()
    await new Promise((resolve) => http.close(resolve))
    await new Promise((resolve) => backend.close(resolve))
  })

  function texts(): string[] {
    return typists.map(({ client }) =>
      client.doc.data.ops.map((component: { insert: string }) => component.insert).join(''),
    )
  }

  it('ends in the recorded text', async function () {
    this.timeout(60_000)
    const trace = loadTrace('friendsforever')
    const edits = inBursts(editsOf(trace))
    await replay(planReplay(edits), typists)
    expect(texts()).to.deep.equal([`${trace.endContent}\n`, `${trace.endContent}\n`])
    expect(typists.map(({ gate }) => gate.version)).to.deep.equal([1 + edits.length, 1 + edits.length])
  })

  it('keeps an op at the gate until it is let go, and the answer until it is received', async () => {
    const [one, two] = typists
    one.client.doc.submitOp([{ insert: 'a' }])
    two.client.doc.submitOp([{ insert: 'b' }])
    await one.gate.letGo()
    expect(one.client.doc.hasWritePending()).to.equal(true)
    expect(texts()).to.deep.equal(['a\n', 'b\n'])
    await two.gate.letGo()
    await one.gate.receive(3)
    expect(one.client.doc.hasWritePending()).to.equal(false)
    expect(texts()).to.deep.equal(['ab\n', 'b\n'])
    await two.gate.receive(3)
    expect(texts()).to.deep.equal(['ab\n', 'ab\n'])
  })
})

/** What ShareDB listens to: a stream of messages. */
function messagesOf(socket: WebSocket): Duplex {
  const stream = new Duplex({
    objectMode: true,
    read: () => {},
    write: (message, _encoding, done) => socket.send(JSON.stringify(message), done),
  })
  socket.on('message', (data) => stream.push(JSON.parse(String(data))))
  socket.on('close', () => stream.destroy())
  return stream
}
