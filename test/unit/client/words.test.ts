import { expect } from 'chai'
import { baseWords, reasonWords } from '../../../client/panels/drafts/draft-words.ts'
import { initials, personColour } from '../../../client/panels/person-colour.ts'
import { edits, statusOf } from '../../../client/panels/status-words.ts'
import { clockSpan, dayWords, number, whenWords } from '../../../client/panels/when.ts'
import { draftOf } from '../../../client/sync/draft.ts'
import type { SessionView } from '../../../client/sync/session-view.ts'

describe('words for times', () => {
  const now = new Date(2026, 10, 21, 15, 0)
  const cases: [string, Date][] = [
    ['Just now', new Date(2026, 10, 21, 14, 59, 30)],
    ['Just now', new Date(2026, 10, 21, 15, 4)],
    ['1 minute ago', new Date(2026, 10, 21, 14, 59)],
    ['12 minutes ago', new Date(2026, 10, 21, 14, 48)],
    ['1 hour ago', new Date(2026, 10, 21, 13, 30)],
    ['14 hours ago', new Date(2026, 10, 21, 0, 59)],
    ['Yesterday', new Date(2026, 10, 20, 23, 59)],
    ['Yesterday', new Date(2026, 10, 20, 0, 1)],
    ['Thursday', new Date(2026, 10, 19, 12)],
    ['Sunday', new Date(2026, 10, 15, 12)],
    ['14 November', new Date(2026, 10, 14, 12)],
    ['3 November 2025', new Date(2025, 10, 3)],
  ]
  for (const [words, time] of cases) {
    it(`${time.toISOString()} is ${words}`, () => expect(whenWords(time, now)).to.equal(words))
  }

  it('names the day, also of what was a moment ago', () => {
    const shortlyAfterMidnight = new Date(2026, 10, 21, 0, 10)
    expect(dayWords(new Date(2026, 10, 20, 23, 55), shortlyAfterMidnight)).to.equal('Yesterday')
    expect(dayWords(new Date(2026, 10, 21, 0, 5), shortlyAfterMidnight)).to.equal('Today')
  })

  it('says from when to when', () => {
    const [began, ended] = [new Date(2026, 10, 20, 9, 38, 2), new Date(2026, 10, 20, 9, 52)]
    expect(clockSpan(began, ended)).to.equal('9:38–9:52')
    expect(clockSpan(began, new Date(2026, 10, 20, 9, 38, 50))).to.equal('9:38')
  })

  it('groups long numbers', () => expect(number(1284)).to.equal('1,284'))
})

describe('[C4] the status', () => {
  const view: SessionView = {
    phase: 'live',
    refusal: null,
    ready: true,
    version: 1284,
    unsent: 0,
    drafts: [],
    isWriting: false,
    fault: null,
  }
  const draft = draftOf({
    ...{ id: '1', reason: 'refused', code: null, keptAt: 0, epoch: null, edits: 1, version: 3 },
    ...{ base: [{ insert: '\n' }], ops: [[{ insert: 'x' }]] },
  })
  const upTo = 'saved up to version 1,284'
  const cases: [Partial<SessionView>, string, string, string | null, string | null][] = [
    [{}, 'ok', 'Saved · version 1,284', null, null],
    [{ unsent: 2 }, 'busy', 'Saving…', upTo, null],
    [{ phase: 'connecting', ready: false }, 'quiet', 'Opening…', null, null],
    [
      { phase: 'offline' },
      ...(['warn', 'Offline. Nothing is waiting to be sent', upTo] as const),
      'Offline. Nothing is waiting · version 1,284',
    ],
    [
      { phase: 'offline', unsent: 1 },
      ...(['warn', 'Offline. 1 edit is kept on this device', upTo] as const),
      'Offline. 1 edit kept here · version 1,284',
    ],
    [
      { phase: 'offline', unsent: 4, isWriting: true },
      ...(['warn', 'Offline. 4 edits are being kept on this device', upTo] as const),
      'Offline. 4 edits being kept · version 1,284',
    ],
    [
      { phase: 'offline', unsent: 4, fault: 'full' },
      ...(['bad', 'Offline. 4 edits are only in this tab: this device is full', upTo] as const),
      'Offline. 4 edits only in this tab · version 1,284',
    ],
    [
      { phase: 'refused', refusal: 'signed-out', unsent: 4 },
      ...(['bad', 'Needs attention', '4 edits are kept on this device', null] as const),
    ],
    [{ drafts: [draft] }, 'bad', 'Needs attention', upTo, null],
  ]
  for (const [part, tone, words, more, short] of cases) {
    it(`says “${words}”`, () =>
      expect(statusOf({ ...view, ...part }, true)).to.deep.equal({ tone, words, more, short }))
  }

  it('promises nothing of a letter that was never on the server', () => {
    const { more, short } = statusOf({ ...view, phase: 'offline', version: 0 }, true)
    expect([more, short]).to.deep.equal([null, 'Offline. Nothing is waiting'])
  })

  it('promises a reader nothing about saving', () => {
    expect(statusOf(view, false).words).to.equal('Read only · version 1,284')
    expect(statusOf({ ...view, phase: 'offline' }, false).words).to.equal(
      'Offline. Changes by others are not shown',
    )
  })

  it('counts one edit as one', () => {
    expect([edits(1), edits(2), edits(1000)]).to.deep.equal(['1 edit is', '2 edits are', '1,000 edits are'])
  })
})

describe('[C3] words that were set aside', () => {
  const told = { reason: 'refused', code: null, edits: 2, version: 1284 } as const
  it('say why', () => {
    expect(reasonWords(told)).to.equal(
      'The server did not take this edit. What you wrote before and after it was saved.',
    )
    expect(reasonWords({ ...told, code: 'op/too-large' })).to.include('longer than a letter can be')
    expect(reasonWords({ ...told, reason: 'restored', edits: 0 })).to.include(
      'lacks words that had been saved',
    )
    const reasons = ['restored', 'behind', 'forbidden', 'not-found', 'rejected'] as const
    expect(new Set(reasons.map((reason) => reasonWords({ ...told, reason }))).size).to.equal(reasons.length)
  })

  it('say what they are based on', () => {
    expect(baseWords(told)).to.equal('2 edits, based on version 1,284')
    expect(baseWords({ ...told, edits: 1 })).to.equal('1 edit, based on version 1,284')
    expect(baseWords({ ...told, edits: 0 })).to.equal('Saved words, based on version 1,284')
  })
})

describe('the look of a person', () => {
  it('is one of eight colours, always the same for the same member', () => {
    const ids = Array.from(
      { length: 200 },
      (_, i) => `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
    )
    for (const id of ids) expect(personColour(id)).to.match(/^var\(--person-[1-8]\)$/)
    expect(new Set(ids.map(personColour)).size).to.equal(8)
    expect(personColour(ids[0])).to.equal(personColour(ids[0]))
  })

  it('has the first letters of the first and the last word', () => {
    expect(['Editor One', 'Ada', 'anna maria schmidt', '😀 Smile', ''].map(initials)).to.deep.equal([
      'EO',
      'A',
      'AS',
      '😀S',
      '?',
    ])
  })
})
