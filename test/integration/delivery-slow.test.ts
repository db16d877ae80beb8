import { expect } from 'chai'
import { until } from '../harness/deadline.ts'
import { connectionsOfThisProcess } from './delivery-connections.ts'
import { startNode } from './delivery-node.ts'
import { type } from './delivery-ops.ts'
import { ADA, BEN } from './delivery-people.ts'

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

  it('[R5] and one that sends too fast is read more slowly, and loses nothing', async () => {
    const node = await startNode()
    const letter = await node.letter()
    const [fast, other] = await Promise.all([node.knock(letter, ADA), node.knock(letter, BEN)])
    const started = performance.now()
    // Long enough for a piece of what is read at once to hold few of them.
    for (let n = 0; n < 6_000; n++) fast.say({ a: 'pp', x: 'x'.repeat(1_000) })
    await other.hasHeardAll()
    expect(fast.heard.length, 'the other one had to wait').to.be.lessThan(6_000)
    await until('every answer', () => fast.heard.length >= 6_000)
    // 4,000 at once, and 2,000 a second.
    expect(performance.now() - started).to.be.greaterThan(900)
    await Promise.all([fast.close(), other.close()])
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
