import { expect } from 'chai'
import ShareDB from 'sharedb'
import { comparisonOf, textOf } from '../../../client/sync/draft.ts'
import { PageLocks } from '../../../client/sync/locks.ts'
import { MemoryStore } from '../../../client/sync/memory-store.ts'
import { Session } from '../../../client/sync/session.ts'
import type { SessionView } from '../../../client/sync/session-view.ts'
import type { Component } from '../../../ot/component.ts'
import { CLOSE, LIMITS } from '../../../ot/wire.ts'
import { until } from '../../harness/deadline.ts'
import { ShareDbWorld } from './sharedb-world.ts'

const ID = '00000000-0000-4000-8000-000000000001'
const ADA = '00000000-0000-4000-8000-0000000000aa'

describe('the session of a letter', () => {
  let world: ShareDbWorld
  let session: Session
  let seen: string[]

  // ShareDB logs what it refuses, with a stack; here refusals are what is tested.
  before(() => ShareDB.logger.setMethods({ info: () => {} }))
  after(() => ShareDB.logger.setMethods({ info: console.info }))

  beforeEach(async () => {
    world = new ShareDbWorld()
    await world.create(ID, 'Dear Sir')
    session = new Session(ID, ADA, world)
    seen = []
    session.listen({
      remoteOp: (op) => seen.push(`op ${JSON.stringify(op)}`),
      ownOp: (op, before) => seen.push(`own op ${JSON.stringify(op)} on ${JSON.stringify(before)}`),
      loaded: () => seen.push(`loaded ${JSON.stringify(text())}`),
    })
    await session.open()
    await reaches('live', { phase: 'live' })
  })

  afterEach(() => session.close())

  const text = (): string => textOf(session.components())
  const type = (at: number, insert: string) => {
    const submitted = session.submit(at === 0 ? [{ insert }] : [{ retain: at }, { insert }])
    expect(submitted.kind).to.equal('taken')
  }
  const ops = () => world.wire.sent.filter(({ a }) => a === 'op')
  const settled = () => reaches('saved', { unsent: 0 })
  const view = (): SessionView => session.getSnapshot()

  /** Waits until the session's view holds all of `part`. */
  async function reaches(what: string, part: Partial<SessionView>): Promise<void> {
    await until(
      what,
      () => (Object.keys(part) as (keyof SessionView)[]).every((key) => view()[key] === part[key]),
      { seen: view },
    )
  }

  it('[C4] shows the letter and the version the server has', () => {
    expect(view()).to.deep.equal({
      phase: 'live',
      refusal: null,
      ready: true,
      version: 1,
      unsent: 0,
      drafts: [],
      isWriting: false,
      fault: null,
    })
    expect(seen).to.deep.equal(['loaded "Dear Sir\\n"'])
  })

  it('[C4] is saved when the server has acknowledged, and not before', async () => {
    const stages: string[] = []
    const stage = () =>
      `${view().unsent} unsent, ${view().isWriting ? 'not ' : ''}kept, version ${view().version}`
    session.subscribe(() => stages.push(stage()))
    type(8, ' or Madam')
    expect(text()).to.equal('Dear Sir or Madam\n')
    expect(view().unsent).to.equal(1)
    await reaches('saved', { unsent: 0 })
    expect(stages).to.deep.equal([
      '1 unsent, not kept, version 1',
      '1 unsent, kept, version 1',
      '0 unsent, kept, version 2',
    ])
    expect(await world.text(ID)).to.equal('Dear Sir or Madam\n')
  })

  it('hands over what others write, and not what was written here', async () => {
    type(8, '!')
    await world.others(ID, [{ insert: 'x' }])
    await reaches('both ops', { version: 3, unsent: 0 })
    expect(seen.slice(1)).to.deep.equal(['op [{"insert":"x"}]'])
  })

  it('[C4] counts edits while offline, keeps them, and sends each once', async () => {
    world.wire.cut()
    expect(view()).to.include({ phase: 'offline', unsent: 0 })
    type(8, ' or')
    world.time += 5_000
    type(11, ' Madam')
    expect(view()).to.include({ phase: 'offline', unsent: 2 })
    await world.others(ID, [{ retain: 4 }, { insert: 'est' }])
    world.reconnect()
    await reaches('saved', { phase: 'live', unsent: 0 })
    expect(text()).to.equal('Dearest Sir or Madam\n')
    expect(await world.text(ID)).to.equal('Dearest Sir or Madam\n')
  })

  it('[S4] sends an op again whose acknowledgement was lost, and has it once', async () => {
    world.wire.isMute = true
    type(8, '!')
    await until('the server to have it', async () => (await world.text(ID)) === 'Dear Sir!\n')
    expect(view().unsent).to.equal(1)
    world.wire.cut()
    world.reconnect()
    await reaches('saved', { phase: 'live', unsent: 0 })
    expect(text()).to.equal('Dear Sir!\n')
    expect(await world.text(ID)).to.equal('Dear Sir!\n')
  })

  it('divides what is too large for one op', async () => {
    const paste = 'A clause of many words. '.repeat(25_000)
    type(0, paste)
    await reaches('saved', { unsent: 0 })
    const ops = world.wire.sent.filter(({ a }) => a === 'op').map(({ op }) => JSON.stringify(op).length)
    expect(ops.length).to.be.greaterThan(2)
    expect(Math.max(...ops)).to.be.lessThan(LIMITS.messageBytes)
    expect(await world.text(ID)).to.equal(`${paste}Dear Sir\n`)
  })

  it('composes what waits only as far as the server takes it in one op', async () => {
    world.wire.cut()
    const paste = 'x'.repeat(LIMITS.opInsertLength / 2 - 10)
    for (let i = 0; i < 4; i++) type(0, paste)
    world.reconnect()
    await reaches('saved', { unsent: 0 })
    const ops = world.wire.sent.filter(({ a }) => a === 'op').map(({ op }) => JSON.stringify(op).length)
    expect(ops.length).to.be.greaterThan(2)
    expect(Math.max(...ops)).to.be.lessThan(LIMITS.opInsertLength)
  })

  const impossible: [string, Component[], string][] = [
    ['reaches past the end', [{ retain: 90 }, { insert: 'x' }], 'op/does-not-fit'],
    ['holds a NUL', [{ insert: 'a\u0000b' }], 'op/malformed'],
    ['has a format no letter knows', [{ retain: 1, attributes: { blink: true } }], 'op/malformed'],
    ['links to code', [{ retain: 1, attributes: { link: 'javascript:1' } }], 'op/malformed'],
    ['is longer than a letter', [{ insert: 'x'.repeat(LIMITS.documentLength) }], 'op/too-large'],
  ]
  for (const [name, op, code] of impossible) {
    it(`[C3] refuses an op that ${name}, so that the server need not`, async () => {
      type(8, '!')
      const submitted = session.submit(op)
      expect(submitted.kind === 'refused' && submitted.error.code).to.equal(code)
      await reaches('saved', { unsent: 0 })
      expect(text()).to.equal('Dear Sir!\n')
      expect(view().drafts).to.deep.equal([])
    })
  }

  it('keeps the last newline when an editor deletes everything', async () => {
    session.submit([{ insert: '\n' }, { delete: 9 }])
    await reaches('saved', { unsent: 0 })
    expect(await world.text(ID)).to.equal('\n')
  })

  it('[C3] keeps what the server refuses as a draft, and sends what was written before and after it', async () => {
    world.refuse('bad')
    type(8, ' or')
    await settled()
    type(11, ' bad')
    type(15, ' Madam')
    await reaches('saved', { unsent: 0, version: 3 })
    expect(text()).to.equal('Dear Sir or Madam\n')
    expect(await world.text(ID)).to.equal('Dear Sir or Madam\n')
    expect(seen.slice(1)).to.deep.equal(['op [{"retain":11},{"delete":4}]'])
    const [draft] = view().drafts
    expect(draft).to.include({ reason: 'refused', written: 'bad', whole: 'Dear Sir or bad\n', version: 2 })
    expect(comparisonOf(draft).map(({ insert, change }) => [insert, change])).to.deep.equal([
      ['Dear Sir or', 'none'],
      [' bad', 'added'],
      ['\n', 'none'],
    ])
    session.dropDraft(draft.id)
    expect(view().drafts).to.deep.equal([])
  })

  it('[C3] puts a draft back into the letter of today, past what has happened since', async () => {
    let refuse = true
    world.refuse('bad', () => refuse)
    type(8, ' bad')
    await reaches('refused', { unsent: 0 })
    refuse = false
    await world.others(ID, [{ insert: 'My ' }])
    await reaches('the other op', { version: 2 })
    seen.length = 0
    expect(session.mergeDraft(view().drafts[0].id).kind).to.equal('taken')
    expect(seen, 'what the editor is told').to.deep.equal([
      'own op [{"retain":11},{"insert":" bad"}] on [{"insert":"My Dear Sir\\n"}]',
    ])
    await reaches('saved', { unsent: 0, version: 3 })
    expect(await world.text(ID)).to.equal('My Dear Sir bad\n')
    expect(view().drafts).to.deep.equal([])
    expect(await world.device.store.keys('draft/')).to.deep.equal([])
  })

  it('[C3] keeps unsent words as a draft when the right to write is taken away', async () => {
    world.wire.isMute = true
    type(8, ' forever')
    await until('it to be on its way', () => ops().length === 1)
    world.wire.cut(CLOSE.forbidden)
    expect(view()).to.include({ phase: 'refused', refusal: 'forbidden', unsent: 0 })
    expect(view().drafts.map(({ written, reason }) => [written, reason])).to.deep.equal([
      ['forever', 'forbidden'],
    ])
    expect(text(), 'the letter as the server has it').to.equal('Dear Sir\n')
    expect(session.submit([{ insert: 'x' }]).kind).to.equal('refused')
  })

  it('[C3] keeps no draft of words that were saved before the right was taken away', async () => {
    type(8, ' forever')
    await reaches('saved', { unsent: 0 })
    world.wire.cut(CLOSE.forbidden)
    expect(view().drafts).to.deep.equal([])
  })

  it('[C4] keeps unsent words and sends them when the person has signed in again', async () => {
    world.wire.isMute = true
    type(8, ' forever')
    world.wire.cut(CLOSE.unauthenticated)
    expect(view()).to.include({ phase: 'refused', refusal: 'signed-out', unsent: 1 })
    session.retry()
    await reaches('saved', { phase: 'live', refusal: null, unsent: 0 })
    expect(await world.text(ID)).to.equal('Dear Sir forever\n')
  })

  it('starts afresh, with a draft, when the server no longer has the ops in between', async () => {
    world.wire.cut()
    type(8, ' offline')
    let behind = true
    world.backend.use('receive', (context, next) => {
      const { a, v } = context.data as { a: string; v?: number | null }
      const isOld = (a === 's' || a === 'op') && typeof v === 'number'
      if (behind && isOld) next(Object.assign(new Error('too old'), { code: 'op/version-behind' }))
      else next()
    })
    world.reconnect()
    await reaches('the fresh letter', { phase: 'live', unsent: 0 })
    behind = false
    expect(text()).to.equal('Dear Sir\n')
    expect(view().drafts.map(({ written }) => written)).to.deep.equal(['offline'])
  })

  describe('[S9] when the database was taken back', () => {
    const handshake = () => world.wire.sent.find(({ a }) => a === 'hs')

    it('presents the epoch of the letter it has, whatever it is greeted with', async () => {
      expect(handshake()).to.include({ epoch: 'first' })
      world.wire.cut()
      world.epoch = 'second'
      world.reconnect()
      await reaches('live', { phase: 'live' })
      expect(handshake()).to.include({ epoch: 'first' })
    })

    it('keeps what was not acknowledged as a draft, and has no past with the server afterwards', async () => {
      type(8, ' saved')
      await reaches('saved', { unsent: 0 })
      world.wire.isMute = true
      type(14, ' unsent')
      world.epoch = 'second'
      world.wire.cut(CLOSE.reload)
      await reaches('the letter anew', { phase: 'live', unsent: 0 })
      expect(handshake()).to.deep.include({ id: null, epoch: 'second' })
      expect(view().drafts.map(({ written }) => written)).to.deep.equal(['unsent'])
    })

    it('keeps no draft when nothing waits', async () => {
      world.wire.cut(CLOSE.reload)
      await reaches('the letter anew', { phase: 'live' })
      expect(view().drafts).to.deep.equal([])
      expect(seen).to.deep.equal(['loaded "Dear Sir\\n"', 'loaded "Dear Sir\\n"'])
    })

    it('[C3] keeps as a draft words that were saved and that the server lost, from the screen that still had them', async () => {
      type(8, ' or Madam')
      await reaches('saved', { unsent: 0, version: 2 })
      world.restore()
      await world.create(ID, 'Dear Sir')
      world.wire.cut(CLOSE.reload)
      await reaches('the letter anew', { phase: 'live', version: 1 })
      expect(text()).to.equal('Dear Sir\n')
      expect(view().drafts).to.have.length(1)
      expect(view().drafts[0]).to.include({
        ...{ reason: 'restored', written: 'or Madam', whole: 'Dear Sir or Madam\n', edits: 0, version: 2 },
      })
    })

    it('[C3] keeps the whole letter when there is none any more', async () => {
      world.restore()
      world.wire.cut(CLOSE.reload)
      await reaches('refused', { phase: 'refused', refusal: 'not-found' })
      expect(view().drafts.map(({ whole, edits }) => [whole, edits])).to.deep.equal([['Dear Sir\n', 0]])
    })

    it('comes back after a pause when it is told so before it has a letter', async () => {
      await session.close()
      world.device = { store: new MemoryStore(), locks: new PageLocks() }
      session = new Session(ID, ADA, world)
      await session.open()
      const wires = world.wires.length
      world.wire.cut(CLOSE.reload)
      expect(world.wires).to.have.length(wires)
      world.reconnect()
      await reaches('live', { phase: 'live', drafts: view().drafts })
    })
  })

  it('says so when there is no such letter', async () => {
    await session.close()
    session = new Session('00000000-0000-4000-8000-000000000002', ADA, world)
    await session.open()
    await reaches('refused', { phase: 'refused', refusal: 'not-found', ready: false })
  })
})
