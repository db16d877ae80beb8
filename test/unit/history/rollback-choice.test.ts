import { expect } from 'chai'
import type { Sitting } from '../../../client/api.ts'
import { LatestFirst } from '../../../client/panels/history/latest-first.ts'
import {
  type Fields,
  fieldsFor,
  type Purpose,
  pinned,
  requestOf,
  waysOf,
} from '../../../client/panels/history/rollback-choice.ts'

const sitting: Sitting = {
  ...{ author: 'ben', origin: null, from: 12, to: 40, names: [], reason: null },
  ...{ added: 9, deleted: 0, formatted: 0 },
  began: new Date(2026, 2, 3, 15, 58, 20).toISOString(),
  ended: new Date(2026, 2, 3, 16, 12, 5).toISOString(),
}
const takeOut: Purpose = { kind: 'take-out', sitting, author: 'ben' }
const selection = { start: 3, end: 9, version: 40 }

describe('[T4] what a person asks to take back', () => {
  const fields = fieldsFor(takeOut, true, 0)
  const wanted = (part: Partial<Fields>, purpose: Purpose = takeOut) =>
    requestOf(purpose, { ...fields, ...part }, null)?.wanted

  it('is everything after a version, to restore it', () => {
    expect(wanted({}, { kind: 'restore', version: 7 })).to.deep.equal({ toVersion: 7 })
  })

  it('is what somebody did: in a session, since a time, ever; or what anybody did between two', () => {
    expect(wanted({ way: 'sitting' })).to.deep.equal({ session: { from: 12, to: 40 } })
    expect(wanted({ way: 'ever' })).to.deep.equal({ author: 'ben' })
    expect(wanted({ way: 'since' })).to.deep.equal({
      author: 'ben',
      since: new Date(2026, 2, 3, 15, 58).toISOString(),
    })
    expect(wanted({ way: 'between' })).to.deep.equal({
      from: new Date(2026, 2, 3, 15, 58).toISOString(),
      to: new Date(2026, 2, 3, 16, 12, 59, 999).toISOString(),
    })
  })

  it('is the undoing of a rollback, when that is the session', () => {
    const rollback: Purpose = { ...takeOut, sitting: { ...sitting, origin: 'rollback' } } as Purpose
    expect(wanted({ way: 'sitting' }, rollback)).to.deep.equal({ undo: 40 })
  })

  it('is nothing while a time is missing, or the end comes before the beginning', () => {
    expect(wanted({ way: 'since', since: '' })).to.equal(undefined)
    expect(wanted({ way: 'between', to: '2020-01-01T00:00' })).to.equal(undefined)
  })

  it('is limited to the selection when the person wants that', () => {
    expect(requestOf(takeOut, fields, selection)?.selection).to.deep.equal(selection)
    expect(requestOf(takeOut, { ...fields, isWithin: false }, selection)?.selection).to.equal(null)
  })

  it('offers the ways there are', () => {
    expect(waysOf(takeOut as Purpose & { kind: 'take-out' })).to.deep.equal([
      'sitting',
      'since',
      'ever',
      'between',
    ])
    expect(waysOf({ kind: 'take-out', sitting, author: null })).to.deep.equal(['sitting', 'between'])
    expect(waysOf({ kind: 'take-out', sitting: null, author: 'ben' })).to.deep.equal([
      'since',
      'ever',
      'between',
    ])
  })

  it('does not grow by what others write while the preview is looked at', () => {
    expect(pinned({ wanted: { toVersion: 7 }, selection }, 40)).to.deep.equal({
      wanted: { session: { from: 8, to: 40 } },
      selection,
    })
    const ever = { wanted: { author: 'ben' }, selection: null }
    expect(pinned(ever, 40)).to.equal(ever)
    expect(pinned({ wanted: { toVersion: 40 }, selection: null }, 40).wanted).to.deep.equal({ toVersion: 40 })
  })
})

describe('fetching for a pointer that moves', () => {
  it('has two on their way and keeps the last that was wanted, no other', async () => {
    const asked: { wanted: number; answer(): void }[] = []
    const loads = new LatestFirst<number>(
      (wanted) => new Promise((resolve) => asked.push({ wanted, answer: resolve })),
      () => {},
    )
    for (const wanted of [1, 2, 3, 4, 5]) loads.want(wanted)
    expect(asked.map(({ wanted }) => wanted)).to.deep.equal([1, 2])
    asked[0]!.answer()
    await new Promise(setImmediate)
    expect(asked.map(({ wanted }) => wanted)).to.deep.equal([1, 2, 5])
  })

  it('tells of a failure and goes on', async () => {
    const told: unknown[] = []
    const loads = new LatestFirst<string>(
      async (wanted) => {
        if (wanted === 'bad') throw new Error('away')
      },
      (error) => told.push(error instanceof Error ? error.message : error),
    )
    loads.want('bad')
    loads.want('good')
    await new Promise(setImmediate)
    expect(told.toSorted()).to.deep.equal(['away', null])
  })
})
