import { expect } from 'chai'
import { CLOSE } from '../../ot/wire.ts'
import { readEpoch, renewEpoch } from '../../server/store/epoch.ts'
import { openPostgres } from '../../server/store/postgres.ts'
import { until } from '../harness/deadline.ts'
import { OwnClient } from '../harness/own-client.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { type Node, startNode } from './delivery-node.ts'
import { type } from './delivery-ops.ts'
import { ADA, BEN } from './delivery-people.ts'

describe('a node whose database gets a new epoch', function () {
  this.timeout(60_000)
  let database: TestDatabase
  let node: Node
  let letter: string

  before(async () => {
    database = await freshDatabase()
    node = await startNode(database.url)
  })
  after(async () => {
    await node.close()
    await database.drop()
  })
  beforeEach(async () => {
    letter = await node.letter()
  })

  /** Resolves at once: it takes the node up to a second to find out. */
  async function takeBack(): Promise<void> {
    const db = openPostgres(database.url)
    await renewEpoch(db)
    await db.close()
  }

  /** Resolves when the node serves the new epoch. */
  async function servesAnew(witness: { closed(): Promise<number> }): Promise<void> {
    expect(await witness.closed()).to.equal(CLOSE.reload)
    const db = openPostgres(database.url)
    await until('the node to greet with the new epoch', async () => {
      const socket = await node.knock(letter)
      const [greeting] = socket.heard as { epoch?: string }[]
      const isNew = greeting?.epoch === (await readEpoch(db))
      if (isNew) await socket.close()
      return isNew
    })
    await db.close()
  }

  it('[S9] says at the start of a socket which epoch it is', async () => {
    const db = openPostgres(database.url)
    const epoch = await readEpoch(db)
    await db.close()
    const ada = await node.knock(letter)
    expect(ada.heard[0]).to.include({ a: 'init', epoch })
    ada.say({ a: 'hs', id: null, epoch })
    expect(await ada.hears('hs')).to.include({ epoch, id: ada.source })
    await ada.close()
  })

  it('[S9] sends everybody away with 4410 within two seconds, and serves whoever comes anew', async () => {
    const sockets = await Promise.all([ADA, BEN].map((who) => node.knock(letter, who)))
    await Promise.all(sockets.map((socket) => socket.subscribe()))
    await takeBack()
    await until('both to be sent away', () => sockets.every((socket) => !socket.isOpen), { ms: 2_000 })
    for (const socket of sockets) await servesAnew(socket)
    const anew = await node.knock(letter)
    anew.edit(1, type('anew'))
    await anew.hears('op')
    await anew.close()
  })

  it('[S9] takes nothing from a client that knows the old one, by its source or by its epoch', async () => {
    const before = await node.knock(letter)
    const { epoch } = before.heard[0] as { epoch?: string }
    await takeBack()
    await servesAnew(before)
    for (const says of [
      { a: 'hs', id: before.source },
      { a: 'hs', id: null, epoch },
      { a: 'op', c: 'letters', d: letter, v: 1, seq: 1, src: before.source, op: type('of old') },
    ]) {
      const again = await node.knock(letter)
      again.say(says)
      expect(await again.closed(), JSON.stringify(says)).to.equal(CLOSE.reload)
      expect(again.heard.map(({ a }) => a)).to.deep.equal(['init'])
    }
    expect(await node.read(letter)).to.deep.include({ version: 1, content: { ops: [{ insert: '\n' }] } })
  })

  it('[S9] a stock client keeps what it has not sent, and cannot write it into the new history', async () => {
    const ada = node.stock(letter)
    await ada.subscribed()
    await ada.submit(type('seen by all'))
    await takeBack()
    await servesAnew(ada)
    ada.doc.submitOp(type('unsent '))
    for (let time = 0; time < 2; time++) {
      ada.reconnect()
      expect(await ada.closed()).to.equal(CLOSE.reload)
    }
    expect(ada.errors).to.deep.equal([])
    expect(ada.doc.hasWritePending()).to.equal(true)
    expect((await node.read(letter)).content).to.deep.equal({ ops: [{ insert: 'seen by all\n' }] })
    await ada.close()
  })

  it('[C3] [S9] our client loads the letter anew and keeps as a draft what was not acknowledged', async () => {
    const ada = new OwnClient(() => node.url, letter, ADA.token)
    await ada.saved()
    ada.type('saved ')
    await ada.saved()
    ada.offline()
    ada.type('unsent ')
    await takeBack()
    ada.online()
    await until('the draft', () => ada.view.drafts.length > 0, { seen: () => ada.view })
    await ada.saved()
    expect(ada.view.drafts).to.have.length(1)
    expect(ada.view.drafts[0]).to.include({ written: 'unsent', whole: 'unsent saved \n' })
    expect(ada.text).to.equal('saved \n')
    ada.type('anew ')
    await ada.saved()
    expect((await node.read(letter)).content).to.deep.equal({ ops: [{ insert: 'anew saved \n' }] })
    await ada.close()
  })

  it('[S9] our client has nothing to keep when everything was acknowledged', async () => {
    const ada = new OwnClient(() => node.url, letter, ADA.token)
    await ada.saved()
    ada.type('saved')
    await ada.saved()
    const before = await node.knock(letter)
    await takeBack()
    await servesAnew(before)
    await until('the letter anew', () => ada.view.phase !== 'live' || ada.text === 'saved\n')
    await ada.saved()
    expect(ada.text).to.equal('saved\n')
    expect(ada.view.drafts).to.deep.equal([])
    await ada.close()
  })

  it('[S9] finds out by itself that the log has lost what it knew, as a standby that lagged would have', async () => {
    const ada = node.stock(letter, ADA)
    await ada.subscribed()
    for (const text of ['one ', 'two ', 'three ']) await ada.submit(type(text))
    const db = openPostgres(database.url)
    const before = await readEpoch(db)
    await db.transaction(async (tx) => {
      const [row] = await tx.query('select number from documents where id = $1', [letter])
      await tx.query('delete from ops where document = $1 and version > 2', [row!.number as number])
      await tx.query('update heads set version = 2 where document = $1', [row!.number as number])
    })
    ada.doc.submitOp(type('four '))
    await servesAnew(ada)
    expect(await readEpoch(db)).to.not.equal(before)
    await db.close()
    expect(node.log.some((line) => line.includes('the log has lost what was durable'))).to.equal(true)

    const anew = node.stock(letter, ADA)
    await anew.subscribed()
    await anew.submit(type('and '))
    expect(await node.read(letter)).to.deep.include({
      version: 3,
      content: { ops: [{ insert: 'and one \n' }] },
    })
    await Promise.all([ada.close(), anew.close()])
  })

  it('[S9] shows over REST what the new epoch has', async () => {
    const before = await node.knock(letter)
    await takeBack()
    await servesAnew(before)
    const other = await node.letter()
    for (const id of [letter, other]) expect(await node.read(id)).to.include({ version: 1 })
  })
})
