import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import sinon from 'sinon'
import { HEARTBEAT_MS } from '../../ot/wire.ts'
import { freshDatabase } from '../harness/postgres.ts'
import { type Node, startNode } from './delivery-node.ts'
import { type } from './delivery-ops.ts'
import { ADA, BEN, person } from './delivery-people.ts'
import { RawSocket, upgradeStatus } from './delivery-socket.ts'

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

    it('until the token ends, and half a minute for clocks that differ: then it closes with 4401', async () => {
      const guest = person({ expiresIn: 3 - 30 })
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

describe('a node that closes', () => {
  it('stores what it has, sends everybody away with 1012, and opens to nobody', async function () {
    this.timeout(60_000)
    const database = await freshDatabase()
    const node = await startNode(database.url)
    const letter = await node.letter()
    const ada = node.stock(letter)
    await ada.subscribed()
    for (let n = 0; n < 20; n++) ada.doc.submitOp(type('x'), { source: n }) // a source each: they do not compose
    const closing = node.close()
    expect(await ada.closed()).to.equal(1012)
    await closing
    const acknowledged = ada.doc.version!

    const next = await startNode(database.url)
    expect((await next.read(letter)).version).to.be.at.least(acknowledged)
    await next.close()
    await database.drop()
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
