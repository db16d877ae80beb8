import { expect } from 'chai'
import { freshDatabase, ownPostgres } from '../harness/postgres.ts'
import type { PostgresCluster } from '../harness/postgres-cluster.ts'
import { type Node, startNode } from './delivery-node.ts'
import { type } from './delivery-ops.ts'
import { ADA, BEN, visitsTo } from './delivery-people.ts'
import type { RawSocket } from './delivery-socket.ts'

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
