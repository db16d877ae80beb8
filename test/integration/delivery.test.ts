import { randomUUID } from 'node:crypto'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket as TcpSocket } from 'node:net'
import { expect } from 'chai'
import sinon from 'sinon'
import { HEARTBEAT_MS } from '../../ot/wire.ts'
import { until } from '../harness/deadline.ts'
import { GatedSocket } from '../harness/gated-socket.ts'
import { freshDatabase, ownPostgres } from '../harness/postgres.ts'
import type { PostgresCluster } from '../harness/postgres-cluster.ts'
import { type Node, startNode } from './delivery-node.ts'
import { ADA, BEN, person, visitsTo } from './delivery-people.ts'
import { RawSocket, upgradeStatus } from './delivery-socket.ts'

const type = (text: string, at = 0) => (at === 0 ? [{ insert: text }] : [{ retain: at }, { insert: text }])

describe('the live door', () => {
  let node: Node
  let letter: string

  before(async function () {
    this.timeout(60_000)
    node = await startNode()
  })
  after(() => node.close())
  beforeEach(async () => {
    letter = await node.letter()
  })

  describe('answers an op', () => {
    it('to whoever is not subscribed with the ops they lack, then with the acknowledgement', async () => {
      const [ada, ben] = await Promise.all([node.knock(letter, ADA), node.knock(letter, BEN)])
      ben.edit(1, type('one '))
      await ben.hears('op')
      ben.edit(2, type('two ', 4))
      await ben.hears('op')

      const seq = ada.edit(1, type('three', 0))
      await ada.hears({ a: 'op', src: ada.source })

      expect(ada.ops.map(({ v, src }) => [v, src])).to.deep.equal([
        [1, ben.source],
        [2, ben.source],
        [3, ada.source],
      ])
      expect(ada.ops[2]).to.deep.equal({ a: 'op', c: 'letters', d: letter, v: 3, src: ada.source, seq })
      await Promise.all([ada.close(), ben.close()])
    })

    it('[R1] to a subscriber once, with the op itself, in the bytes everybody gets', async () => {
      const [ada, ben] = await Promise.all([node.knock(letter, ADA), node.knock(letter, BEN)])
      await Promise.all([ada.subscribe(), ben.subscribe()])
      for (let n = 1; n <= 5; n++) ada.edit(n, type(String(n)))
      await Promise.all([ada, ben].map((socket) => socket.hears({ a: 'op', v: 5 })))
      await Promise.all([ada.hasHeardAll(), ben.hasHeardAll()])

      expect(ada.ops).to.deep.equal(ben.ops)
      expect(ada.ops.map(({ v, src, seq }) => [v, src, seq])).to.deep.equal(
        [1, 2, 3, 4, 5].map((n) => [n, ada.source, n]),
      )
      await Promise.all([ada.close(), ben.close()])
    })

    it('[R1] from one buffer, made once for all of them', async () => {
      const connections = connectionsOfThisProcess()
      const readers = await Promise.all([ADA, BEN, person()].map((who) => node.knock(letter, who)))
      await Promise.all(readers.map((socket) => socket.subscribe()))
      const written = new Map<object, number>()
      for (const socket of connections.sockets) {
        const write = socket.write.bind(socket) as (...given: unknown[]) => boolean
        socket.write = (...given: unknown[]) => {
          const [chunk] = given
          if (Buffer.isBuffer(chunk) && chunk.includes('a word'))
            written.set(chunk, (written.get(chunk) ?? 0) + 1)
          return write(...given)
        }
      }
      readers[0]!.edit(1, type('a word'))
      await Promise.all(readers.map((socket) => socket.hears('op')))
      expect([...written.values()]).to.deep.equal([3])
      connections.stop()
      await Promise.all(readers.map((socket) => socket.close()))
    })

    it('[S2] that was made on an older version, transformed over exactly what it had not seen', async () => {
      const [ada, ben] = await Promise.all([node.knock(letter, ADA), node.knock(letter, BEN)])
      for (let n = 1; n <= 10; n++) {
        ben.edit(n, type('x'))
        await ben.hears('op')
      }
      ada.edit(4, type('ada', 3))
      await ada.hears({ a: 'op', v: 11 })
      expect((await node.read(letter)).content.ops).to.deep.equal([{ insert: 'xxxxxxxxxxada\n' }])
      await Promise.all([ada.close(), ben.close()])
    })

    it('[D5] that changes nothing with ERR_NO_OP, and stores nothing', async () => {
      const ada = await node.knock(letter)
      ada.say({ a: 'hs', id: null, protocol: 1, protocolMinor: 2 })
      for (const nothing of [[], { ops: [] }, [{ retain: 1 }]]) {
        ada.edit(1, nothing)
        expect((await ada.hears('op')).error?.code).to.equal('ERR_NO_OP')
      }
      expect((await node.read(letter)).version).to.equal(1)
      await ada.close()
    })

    it('[D5] of two that delete the same text, the second with ERR_NO_OP', async () => {
      const [ada, ben] = [node.stock(letter, ADA), node.stock(letter, BEN)]
      await ada.subscribed()
      await ada.submit(type('word'))
      await ben.subscribed()
      const gone = () => [{ delete: 4 }] // the library changes what it is given
      await Promise.all([ada.submit(gone()), ben.submit(gone())])
      await Promise.all([ada.settled(), ben.settled()])
      expect(ada.doc.data).to.deep.equal({ ops: [{ insert: '\n' }] })
      expect(ben.doc.data).to.deep.equal(ada.doc.data)
      expect((await node.read(letter)).version).to.equal(3)
      await Promise.all([ada.close(), ben.close()])
    })

    it('[S4] that is sent again, with any base version, with its first version, and changes nothing', async () => {
      const ada = await node.knock(letter)
      const seq = ada.edit(1, type('once'))
      await ada.hears({ a: 'op', seq })
      ada.edit(2, type('twice', 4))
      await ada.hears({ a: 'op', v: 2 })
      for (const v of [0, 1, 2, 3, null]) {
        ada.tell('op', { v, seq, op: type('once') })
        expect(await ada.hears({ a: 'op', src: ada.source })).to.include({ v: 1, seq })
      }
      expect(await node.read(letter)).to.include({ version: 3 })
      await ada.close()
    })

    for (const [what, op, code] of [
      ['that breaks the grammar', [{ insert: 'a', delete: 1 }], 'op/malformed'],
      ['with a lone surrogate', [{ insert: '\ud800' }], 'op/malformed'],
      ['with a NUL', [{ insert: 'a\u0000' }], 'op/malformed'],
      ['that reaches past the end', [{ retain: 9 }, { insert: 'a' }], 'op/does-not-fit'],
      ['that takes the last newline', [{ delete: 1 }], 'op/does-not-fit'],
      ['that is no op', 'hello', 'op/malformed'],
    ] as const) {
      it(`[D3] ${what} with ${code}, and the letter is as it was`, async () => {
        const ada = await node.knock(letter)
        ada.edit(1, op)
        expect((await ada.hears('op')).error?.code).to.equal(code)
        await ada.hasHeardAll()
        expect(await node.read(letter)).to.deep.include({ version: 1, content: { ops: [{ insert: '\n' }] } })
        await ada.close()
      })
    }
  })

  describe('carries ops to stock clients', () => {
    it('who type at once, and all end with the same letter', async () => {
      const people = [ADA, BEN, person(), person()].map((who) => node.stock(letter, who))
      await Promise.all(people.map((one) => one.subscribed()))
      await Promise.all(people.flatMap((one, n) => [one.submit(type(`${n}`)), one.submit(type(`${n}`))]))
      const version = Math.max(...people.map(({ doc }) => doc.version!))
      await until('everybody to be at one version', () => people.every(({ doc }) => doc.version === version))
      const stored = await node.read(letter)
      for (const { doc, errors } of people) {
        expect(doc.data).to.deep.equal(stored.content)
        expect(errors).to.deep.equal([])
      }
      await Promise.all(people.map((one) => one.close()))
    })

    for (const [first, second] of [
      [{ header: 1 }, { list: 'bullet' }],
      [{ list: 'bullet' }, { header: 1 }],
      [{ blockquote: true }, { 'code-block': true }],
    ] as const) {
      const names = [first, second].map((format) => Object.keys(format)[0])
      it(`[D5] who give one line ${names.join(' and ')} at once: it keeps the second, on every screen`, async () => {
        let gates: GatedSocket[] = []
        const through = (socket: ConstructorParameters<typeof GatedSocket>[0]) => {
          const gate = new GatedSocket(socket)
          gates = [...gates, gate]
          return gate
        }
        const ada = node.stock(letter, ADA, { through })
        const ben = node.stock(letter, BEN, { through })
        const carol = node.stock(letter, person())
        await Promise.all([ada.subscribed(), ben.subscribed(), carol.subscribed()])

        ada.doc.submitOp([{ retain: 1, attributes: first }])
        ben.doc.submitOp([{ retain: 1, attributes: second }])
        for (const gate of gates) await gate.letGo()
        for (const gate of gates) await gate.receive(3)
        await until('the third to hear of both', () => carol.doc.version === 3)

        const line = { ops: [{ insert: '\n', attributes: second }] }
        for (const { doc } of [ada, ben, carol]) expect(doc.data).to.deep.equal(line)
        expect((await node.read(letter)).content).to.deep.equal(line)
        await Promise.all([ada, ben, carol].map((one) => one.close()))
      })
    }

    it('[S4] who lose their socket before the acknowledgement: the op is in the letter once', async () => {
      const ada = node.stock(letter)
      await ada.subscribed()
      let lost = 0
      for (let n = 0; n < 10; n++) {
        await until('the connection', () => ada.connection.state === 'connected')
        ada.doc.submitOp(type('x'))
        ada.connection.close()
        await ada.closed()
        if (ada.doc.hasWritePending()) lost++
        ada.reconnect()
      }
      await ada.settled()
      expect((await node.read(letter)).content.ops).to.deep.equal([{ insert: 'xxxxxxxxxx\n' }])
      expect(lost, 'acknowledgements that were lost').to.be.greaterThan(0)
      await ada.close()
    })
  })

  describe('opens', () => {
    it('to nobody without credentials, or with bad ones: 4401', async () => {
      const expired = person({ expiresIn: -3_600 }).token
      for (const headers of [
        {},
        { authorization: 'Bearer nonsense' },
        { authorization: `Bearer ${expired}` },
      ]) {
        const socket = await RawSocket.open(node.url, letter, headers as Record<string, string>)
        expect(await socket.closed()).to.equal(4401)
        expect(socket.heard).to.deep.equal([])
      }
    })

    it('[A1] to no letter that is not there, or that is another firm’s: 4404, and the two look alike', async () => {
      const stranger = person({ firm: randomUUID() })
      const nowhere = await node.knock(randomUUID())
      const foreign = await node.knock(letter, stranger)
      for (const socket of [nowhere, foreign]) {
        expect(await socket.closed()).to.equal(4404)
        expect(socket.heard).to.deep.equal([])
      }
    })

    it('[A6] to no page of a foreign origin, and at no other path', async () => {
      const authorization = `Bearer ${ADA.token}`
      const path = `/v1/collab/${letter}`
      const ask = (headers: Record<string, string>, at = path) => upgradeStatus(node.url, at, headers)
      expect(await ask({ authorization })).to.equal(101)
      expect(await ask({ authorization, origin: node.url })).to.equal(101)
      for (const origin of ['https://evil.example', 'null', `${node.url}.evil.example`, 'http://127.0.0.1']) {
        expect(await ask({ authorization, origin }), origin).to.equal(403)
      }
      expect(await ask({ cookie: 'copperplate-session=x' }), 'a cookie without an origin').to.equal(403)
      for (const wrong of ['/', '/v1/collab/', '/v1/collab/x', `${path}/`, `/V1/collab/${letter}`]) {
        expect(await ask({ authorization }, wrong), wrong).to.equal(404)
      }
    })

    it('until the token ends: then it closes with 4401', async () => {
      const guest = person({ expiresIn: 1 })
      const socket = await node.knock(letter, guest)
      socket.edit(1, type('in time'))
      await socket.hears('op')
      expect(await socket.closed()).to.equal(4401)
    })
  })

  describe('subscribes', () => {
    it('from a version: with every op since, then with every op to come, each once', async () => {
      const [ada, ben] = await Promise.all([node.knock(letter, ADA), node.knock(letter, BEN)])
      for (let n = 1; n <= 20; n++) {
        ben.edit(n, type('x'))
        if (n !== 10) continue
        await ben.hears({ a: 'op', v: 10 })
        ada.tell('s', { v: 5 })
      }
      await ada.hears({ a: 'op', v: 20 })
      await ada.hasHeardAll()
      expect(ada.ops.map(({ v }) => v)).to.deep.equal(Array.from({ length: 16 }, (_, n) => n + 5))
      await Promise.all([ada.close(), ben.close()])
    })

    it('until it is told to stop', async () => {
      const [ada, ben] = await Promise.all([node.knock(letter, ADA), node.knock(letter, BEN)])
      await ada.subscribe()
      await ada.ask('u')
      ben.edit(1, type('x'))
      await ben.hears('op')
      await ada.hasHeardAll()
      expect(ada.ops).to.deep.equal([])
      await Promise.all([ada.close(), ben.close()])
    })

    it('until it is told to stop in bulk, and then acknowledges ops one by one', async () => {
      const ada = await node.knock(letter)
      for (const b of [[letter], { [letter]: 1 }]) {
        await ada.subscribe()
        ada.say({ a: 'bu', c: 'letters', b })
        await ada.hears('bu')
        const seq = ada.edit(null, type('x'))
        expect(await ada.hears({ a: 'op', seq })).to.not.have.property('op')
      }
      await ada.close()
    })

    it('twice without saying anything twice', async () => {
      const [ada, ben] = await Promise.all([node.knock(letter, ADA), node.knock(letter, BEN)])
      await ada.subscribe()
      await ada.subscribe(1)
      ben.edit(1, type('x'))
      await ada.hears('op')
      await ada.hasHeardAll()
      expect(ada.ops).to.have.length(1)
      await Promise.all([ada.close(), ben.close()])
    })
  })

  it('shows an earlier version as it was', async () => {
    const ada = await node.knock(letter)
    for (let n = 1; n <= 3; n++) ada.edit(n, type(String(n)))
    await ada.hears({ a: 'op', v: 3 })
    for (const [v, text] of [
      [1, '\n'],
      [2, '1\n'],
      [4, '321\n'],
    ] as const) {
      ada.tell('nf', { id: v, v })
      expect(await ada.hears('nf')).to.deep.include({ v, data: { ops: [{ insert: text }] } })
    }
    expect(await ada.ask('nf', { id: 9, v: 0 })).to.deep.include({ v: 0, type: null })
    for (const newest of [{}, { v: null }]) expect(await ada.ask('nf', newest)).to.include({ v: 4 })
    await ada.close()
  })
})

describe('two nodes that do not hear of one another', () => {
  it('[S7] know what a client has seen on the other one, and serve it', async function () {
    this.timeout(60_000)
    const database = await freshDatabase()
    const nodes = await Promise.all([startNode(database.url), startNode(database.url)])
    const [here, there] = nodes as [Node, Node]
    for (const asks of [
      (socket: RawSocket) => socket.ask('s', { v: 4 }),
      (socket: RawSocket) => socket.ask('f', { v: 4 }),
      (socket: RawSocket) => socket.ask('nf', { v: 4 }),
    ]) {
      const letter = await here.letter()
      const [ada, ben] = await Promise.all([here.knock(letter, ADA), there.knock(letter, BEN)])
      await ben.subscribe()
      for (let n = 1; n <= 3; n++) {
        ada.edit(n, type('x'))
        await ada.hears('op')
      }
      const moved = await there.knock(letter, ADA)
      expect(await asks(moved)).to.not.have.property('error')
      await Promise.all([ada, ben, moved].map((socket) => socket.close()))
    }
    await Promise.all(nodes.map((node) => node.close()))
    await database.drop()
  })
})

describe('a reader that does not read', () => {
  const OP_LENGTH = 100_000
  const HIGH_WATER = 1024 * 1024

  it('[R2] costs its node a bounded backlog, hinders nobody, and is level again soon after it reads', async function () {
    this.timeout(60_000)
    const connections = connectionsOfThisProcess()
    const node = await startNode()
    const letter = await node.letter()
    const [writer, slow] = await Promise.all([node.knock(letter, ADA), node.knock(letter, BEN)])
    await Promise.all([writer.subscribe(), slow.subscribe()])
    slow.pause()

    let greatest = 0
    for (let n = 1; n <= 150; n++) {
      // What was written is deleted again, so that the letter itself stays small.
      writer.edit(n, n % 2 === 1 ? type(`${n}:`.padEnd(OP_LENGTH, 'x')) : [{ delete: OP_LENGTH }])
      await writer.hears({ a: 'op', v: n })
      greatest = Math.max(greatest, ...connections.sockets.map(({ writableLength }) => writableLength))
    }
    expect(greatest, 'the slow socket was never the limit').to.be.greaterThan(HIGH_WATER / 2)
    expect(greatest).to.be.lessThan(HIGH_WATER + 2 * OP_LENGTH)

    slow.resume()
    await slow.hears({ a: 'op', v: 150 })
    await slow.hasHeardAll()
    expect(slow.ops.map(({ v }) => v)).to.deep.equal(writer.ops.map(({ v }) => v))
    connections.stop()
    await Promise.all([writer.close(), slow.close()])
    await node.close()
  })

  it('[R2] is caught up in pieces, however far behind it is', async function () {
    this.timeout(60_000)
    const connections = connectionsOfThisProcess()
    const node = await startNode()
    const letter = await node.letter()
    const writer = await node.knock(letter, ADA)
    for (let n = 1; n <= 150; n++) {
      writer.edit(n, n % 2 === 1 ? type('x'.repeat(OP_LENGTH)) : [{ delete: OP_LENGTH }])
    }
    await writer.hears({ a: 'op', v: 150 })

    for (const kind of ['f', 's'] as const) {
      const slow = await node.knock(letter, BEN)
      slow.pause()
      slow.tell(kind, { v: 1 })
      const backlog = () => Math.max(...connections.sockets.map(({ writableLength }) => writableLength))
      await until('the node to have sent some of it', () => backlog() > 0)
      await writer.hasHeardAll()
      expect(backlog(), kind).to.be.lessThan(4 * HIGH_WATER)
      slow.resume()
      await slow.hears(kind)
      expect(slow.ops.map(({ v }) => v)).to.deep.equal(writer.ops.map(({ v }) => v))
      await slow.close()
    }
    connections.stop()
    await writer.close()
    await node.close()
  })

  it('[R2] and asks on and on is closed with 4408', async function () {
    this.timeout(60_000)
    const node = await startNode()
    const letter = await node.letter()
    const greedy = await node.knock(letter)
    greedy.edit(1, type('x'.repeat(200_000)))
    await greedy.hears('op')
    greedy.pause()
    for (let n = 0; n < 100; n++) greedy.tell('f')
    await until('all of it to be on its way', () => greedy.ws.bufferedAmount === 0)
    greedy.resume()
    expect(await greedy.closed()).to.equal(4408)
    await node.close()
  })
})

describe('the heartbeat', () => {
  it('[R5] ends a socket whose peer has not answered two pings, and no other', async function () {
    this.timeout(60_000)
    const clock = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    try {
      const node = await startNode()
      const letter = await node.letter()
      const alive = await node.knock(letter)
      const dead = await node.knock(letter, BEN, { autoPong: false })
      for (let ping = 1; ping <= 3; ping++) {
        clock.tick(HEARTBEAT_MS)
        await alive.hasHeardAll() // and so its pong has been heard
      }
      expect(await dead.closed()).to.equal(1006)
      expect(alive.isOpen).to.equal(true)
      await alive.close()
      await node.close()
    } finally {
      clock.restore()
    }
  })
})

describe('a node without its database', () => {
  let postgres: PostgresCluster

  before(async function () {
    this.timeout(60_000)
    postgres = await ownPostgres()
  })
  after(() => postgres.close())

  it('[S8] answers no op with an error: it closes with 1013, and what was not acknowledged can be sent again', async function () {
    this.timeout(60_000)
    const node = await startNode(postgres.url)
    const letter = await node.letter()
    const ada = await node.knock(letter)
    ada.edit(1, type('before'))
    await ada.hears('op')

    await postgres.stop('immediate')
    const seq = ada.edit(2, type('during ', 0))
    expect(await ada.closed()).to.equal(1013)
    expect(ada.ops).to.have.length(1)
    expect(ada.ops.filter(({ error }) => error)).to.deep.equal([])
    const turnedAway = await node.knock(letter)
    expect(await turnedAway.closed()).to.equal(1013)

    await postgres.start()
    const again = await node.knock(letter)
    again.tell('op', { v: 2, seq, src: ada.source, op: type('during ', 0) })
    expect(await again.hears('op')).to.include({ v: 2, src: ada.source, seq })
    expect((await node.read(letter)).content.ops).to.deep.equal([{ insert: 'during before\n' }])
    await again.close()
    await node.close()
  })

  it('[S8] makes a stock client wait and resend, which loses nothing', async function () {
    this.timeout(60_000)
    const node = await startNode(postgres.url)
    const letter = await node.letter()
    const ada = visitsTo(node.url).stock(letter)
    await ada.subscribed()
    await ada.submit(type('one '))

    await postgres.stop('fast')
    ada.doc.submitOp(type('two '))
    ada.doc.submitOp(type('three '))
    expect(await ada.closed()).to.equal(1013)

    await postgres.start()
    ada.reconnect()
    await ada.settled()
    expect((await node.read(letter)).content.ops).to.deep.equal([{ insert: 'three two one \n' }])
    expect(ada.errors).to.deep.equal([])
    await ada.close()
    await node.close()
  })
})

/** The server's ends of the TCP connections that are opened from now on. */
function connectionsOfThisProcess(): { readonly sockets: readonly TcpSocket[]; stop(): void } {
  const sockets: TcpSocket[] = []
  const note = (message: unknown) => sockets.push((message as { socket: TcpSocket }).socket)
  subscribe('net.server.socket', note)
  return { sockets, stop: () => unsubscribe('net.server.socket', note) }
}
