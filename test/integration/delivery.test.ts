import { expect } from 'chai'
import type { WebSocket } from 'ws'
import { until } from '../harness/deadline.ts'
import { type ClientSocket, GatedSocket } from '../harness/gated-socket.ts'
import { BreakingSocket } from './delivery-breaking.ts'
import { connectionsOfThisProcess } from './delivery-connections.ts'
import { type Node, startNode } from './delivery-node.ts'
import { type } from './delivery-ops.ts'
import { ADA, BEN, person } from './delivery-people.ts'

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

    it('[D5] that changes nothing like any other, with a version of its own', async () => {
      const ada = await node.knock(letter)
      ada.say({ a: 'hs', id: null, protocol: 1, protocolMinor: 2 })
      const nothings = [[], { ops: [] }, [{ retain: 1 }]]
      for (const [n, nothing] of nothings.entries()) {
        const seq = ada.edit(n + 1, nothing)
        expect(await ada.hears('op')).to.include({ v: n + 1, seq })
      }
      expect(ada.ops.filter(({ error }) => error)).to.deep.equal([])
      expect((await node.read(letter)).version).to.equal(1 + nothings.length)
      await ada.close()
    })

    it('[D5] of two that delete the same text, both', async () => {
      const [ada, ben] = [node.stock(letter, ADA), node.stock(letter, BEN)]
      await ada.subscribed()
      await ada.submit(type('word'))
      await ben.subscribed()
      const gone = () => [{ delete: 4 }] // the library changes what it is given
      await Promise.all([ada.submit(gone()), ben.submit(gone())])
      await Promise.all([ada.settled(), ben.settled()])
      expect(ada.doc.data).to.deep.equal({ ops: [{ insert: '\n' }] })
      expect(ben.doc.data).to.deep.equal(ada.doc.data)
      await Promise.all([ada.close(), ben.close()])
    })

    it('[D5] [S8] that changes nothing, after which the line breaks, without harm to what is written next', async () => {
      let isFirst = true
      const through = (socket: WebSocket): ClientSocket => {
        const isToBreak = isFirst
        isFirst = false
        return isToBreak ? new BreakingSocket(socket) : (socket as unknown as ClientSocket)
      }
      const [ada, ben] = [node.stock(letter, ADA, { through }), node.stock(letter, BEN)]
      await ben.subscribed()
      await ben.submit(type('word'))
      await ada.subscribed()
      await ben.submit([{ delete: 4 }])
      ada.doc.submitOp([{ delete: 4 }]) // the same, before it hears of it
      await ada.closed()
      ada.doc.submitOp(type('more'))
      ada.reconnect()
      await ada.settled()
      await until('ben to see it', () => ben.doc.version === ada.doc.version)
      for (const { doc, errors } of [ada, ben]) {
        expect(doc.data).to.deep.equal({ ops: [{ insert: 'more\n' }] })
        expect(errors).to.deep.equal([])
      }
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
})
