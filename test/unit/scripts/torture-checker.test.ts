import { expect } from 'chai'
import { check, MAX_MEMORY } from '../../../scripts/torture/check/checker.ts'
import type { Harm } from '../../../scripts/torture/check/evidence.ts'
import { type Ledger, tokenOf, tokensIn } from '../../../scripts/torture/check/ledger.ts'
import {
  ADA,
  at,
  BEN,
  evidence,
  FIRST,
  type Forgery,
  LETTER,
  logAnd,
  logWith,
  SECOND,
  THIRD,
  withEntries,
} from './torture-evidence.ts'

const NOTHING_NEW = JSON.stringify({ op: { ops: [] } })
const insert = (text: string) => JSON.stringify({ op: { ops: [{ insert: text }] } })
const copyOf = (text: string, version = 3) => ({
  by: 'client 1',
  version,
  content: [{ insert: `${text}\n` }],
})
const truth = `${THIRD} and ${SECOND}`

const FORGERIES: readonly (readonly [what: string, rule: string, harm: Harm, forgery: Forgery])[] = [
  [
    'a client that shows another text',
    'I1',
    'diverged',
    { letter: { copies: [copyOf(truth), copyOf(`${truth}!`)] } },
  ],
  [
    'a client that shows other formats',
    'I1',
    'diverged',
    {
      letter: {
        copies: [
          { ...copyOf(''), content: [{ insert: truth, attributes: { bold: true } }, { insert: '\n' }] },
        ],
      },
    },
  ],
  ['a node that is behind', 'I1', 'diverged', { letter: { copies: [copyOf(truth, 2)] } }],
  [
    'a client without the letter',
    'I1',
    'diverged',
    { letter: { copies: [{ ...copyOf(''), content: null }] } },
  ],
  ['somebody who never comes level', 'I1', 'diverged', { rest: { unhealed: ['client 0 is not'] } }],
  ['an acknowledged op that is not in the log', 'I2', 'lost', { log: logWith(3, { body: NOTHING_NEW }) }],
  [
    'an acknowledged op at another version than it was acknowledged at',
    'I2',
    'other',
    {
      ledger: [
        1,
        withEntries((entries) =>
          entries.map((entry) => (entry.what === 'acked' ? { ...entry, version: 2 } : entry)),
        ),
      ],
    },
  ],
  [
    'an acknowledged op that is in the log twice, under two names',
    'I2',
    'duplicated',
    { log: logAnd({ seq: 9, body: insert(THIRD) }), letter: { head: 4 } },
  ],
  [
    'something written that nobody acknowledged, and that is not in the log',
    'I3',
    'lost',
    {
      ledger: [
        0,
        withEntries((entries) => [
          ...entries,
          at(50, { what: 'submitted', tokens: [tokenOf(0, 2)], deleted: [] }),
        ]),
      ],
    },
  ],
  [
    'a (source, seq) that is in the log twice',
    'I4',
    'duplicated',
    { log: logAnd({ seq: 3, body: NOTHING_NEW }), letter: { head: 4 } },
  ],
  ['a version that is missing from the log', 'I5', 'diverged', { log: logWith(2, null) }],
  ['a log that ends before the head', 'I5', 'lost', { log: logWith(3, null) }],
  [
    'an op that does not fit',
    'I5',
    'diverged',
    { log: logWith(3, { body: JSON.stringify({ op: { ops: [{ delete: 99 }] } }) }) },
  ],
  ['a time that goes back', 'I5', 'other', { log: logWith(3, { time: 1 }) }],
  [
    'a stored copy of another text',
    'I6',
    'diverged',
    { letter: { stored: { ...copyOf('something else', 2), by: 'the stored copy' } } },
  ],
  [
    'words that nobody wrote',
    'I7',
    'other',
    {
      log: logWith(3, {
        body: JSON.stringify({ op: { ops: [{ insert: THIRD + tokenOf(5, 0) }, { delete: 1 }] } }),
      }),
    },
  ],
  [
    'words that are gone, and that nobody took out',
    'I7',
    'lost',
    { log: logWith(3, { body: JSON.stringify({ op: { ops: [{ insert: THIRD }, { delete: 8 }] } }) }) },
  ],
  [
    'words that are there, and that somebody took out',
    'I7',
    'diverged',
    { log: logWith(3, { body: insert(THIRD) }) },
  ],
  [
    'an op that was refused',
    'I8',
    'other',
    {
      ledger: [
        1,
        withEntries((entries) => [
          ...entries,
          at(60, { what: 'refused', source: 'b', seq: 4, code: 'op/malformed' }),
        ]),
      ],
    },
  ],
  [
    'a draft',
    'I8',
    'other',
    { ledger: [1, withEntries((entries) => [...entries, at(60, { what: 'draft', text: 'words' })])] },
  ],
  ['an op in the name of somebody else', 'I9', 'other', { log: logWith(2, { author: BEN }) }],
  ['what only a fault could see', 'I10', 'other', { rest: { complaints: ['a stranger was let in'] } }],
  ['that nothing was acknowledged', 'I2', 'other', { rest: { ledgers: [] } }],
  ['a node that ended by itself', 'I12', 'unscheduledExit', { rest: { unscheduledExits: ['node 1'] } }],
  ['a node that grows', 'I12', 'other', { rest: { memory: [MAX_MEMORY + 1] } }],
]

describe('the checker of the torture bed', () => {
  it('has nothing to say of a schedule that kept every promise', () => {
    expect(check(evidence())).to.deep.equal([])
  })

  for (const [what, rule, harm, forgery] of FORGERIES) {
    it(`reports ${what} (${rule})`, () => {
      const found = check(evidence(forgery))
      expect(found.some((violation) => violation.rule === rule && violation.harm === harm)).to.equal(
        true,
        JSON.stringify(found),
      )
    })
  }

  describe('excuses', () => {
    it('what a client had not sent when it was killed', () => {
      const unsent = at(50, { what: 'submitted', tokens: [tokenOf(0, 2)], deleted: [THIRD] })
      const killed = (ledger: Ledger) => ({
        ...ledger,
        wasKilled: true,
        entries: [...ledger.entries, unsent],
      })
      expect(check(evidence({ ledger: [0, killed] }))).to.deep.equal([])
    })

    it('not what its device had', () => {
      const token = tokenOf(0, 2)
      const kept = (...deeds: Parameters<typeof at>[]) =>
        check(
          evidence({
            ledger: [
              0,
              (ledger) => ({
                ...ledger,
                wasKilled: true,
                entries: [...ledger.entries, ...deeds.map((deed) => at(...deed)), at(60, { what: 'kept' })],
              }),
            ],
          }),
        ).map(({ rule, harm }) => [rule, harm])
      expect(kept([50, { what: 'submitted', tokens: [token], deleted: [] }])).to.deep.equal([['I3', 'lost']])
      expect(kept([50, { what: 'submitted', tokens: [], deleted: [THIRD] }])).to.deep.equal([
        ['I7', 'diverged'],
      ])
    })

    it('what it took out itself when it was back on its device', () => {
      const token = tokenOf(0, 2)
      const { ledgers, ...rest } = evidence({
        ledger: [
          0,
          (ledger) => ({
            ...ledger,
            wasKilled: true,
            entries: [
              ...ledger.entries,
              at(50, { what: 'submitted', tokens: [token], deleted: [] }),
              at(51, { what: 'kept' }),
            ],
          }),
        ],
      })
      const back: Ledger = {
        ...{ client: 'client 0 (2)', member: ADA, wasKilled: false },
        entries: [at(4_950, { what: 'submitted', tokens: [], deleted: [token] })],
      }
      expect(check({ ...rest, ledgers: [...ledgers, back] })).to.deep.equal([])
    })

    it('not what was acknowledged to it', () => {
      const killed = (ledger: Ledger) => ({ ...ledger, wasKilled: true })
      const log = logWith(3, { body: NOTHING_NEW })
      const rules = check(evidence({ log, ledger: [1, killed] })).map(({ rule }) => rule)
      expect(rules).to.include('I2')
    })

    it('what its own writer took out before it was sent', () => {
      const token = tokenOf(0, 2)
      const twice = withEntries((entries) => [
        ...entries,
        at(50, { what: 'submitted', tokens: [token], deleted: [] }),
        at(51, { what: 'submitted', tokens: [], deleted: [token] }),
      ])
      expect(check(evidence({ ledger: [0, twice] }))).to.deep.equal([])
    })
  })

  describe('[R4] I13', () => {
    const late = (...more: Parameters<typeof at>[]) =>
      withEntries((entries) => [
        ...entries.filter(({ what, at: ms }) => what !== 'heard' || ms < 40),
        ...more.map((entry) => at(...entry)),
      ])
    const rules = (forgery: Forgery) => check(evidence(forgery)).map(({ rule }) => rule)

    it('reports a reader that hears of an op more than two seconds after its acknowledgement', () => {
      expect(rules({ ledger: [0, late([2_050, { what: 'heard', version: 3 }])] })).to.deep.equal(['I13'])
      expect(rules({ ledger: [0, late([2_030, { what: 'heard', version: 3 }])] })).to.deep.equal([])
    })

    it('reports one that was there all the time and never heard of it', () => {
      expect(rules({ ledger: [0, late([4_900, { what: 'closed', code: 1006 }])] })).to.deep.equal(['I13'])
      expect(rules({ ledger: [0, late()] })).to.deep.equal(['I13'])
      expect(rules({ ledger: [0, late()], rest: { at: 2_000 } })).to.deep.equal([])
      const killed = (ledger: Ledger) => ({ ...late()(ledger), wasKilled: true })
      expect(rules({ ledger: [0, killed] })).to.deep.equal([])
    })

    it('counts from its subscription', () => {
      const back: Parameters<typeof at>[] = [
        [500, { what: 'closed', code: 1006 }],
        [4_000, { what: 'subscribed' }],
      ]
      expect(rules({ ledger: [0, late(...back, [5_900, { what: 'heard', version: 3 }])] })).to.deep.equal([])
      expect(
        rules({ ledger: [0, late(...back, [6_100, { what: 'heard', version: 3 }])], rest: { at: 6_200 } }),
      ).to.deep.equal(['I13'])
    })

    it('counts from the end of an excuse, of everybody or of this reader', () => {
      const ledger = [0, late([3_500, { what: 'heard', version: 3 }])] as const
      for (const client of [null, 'client 0']) {
        const excuses = [{ client, from: 100, to: 1_600 }]
        expect(rules({ ledger, rest: { excuses } })).to.deep.equal([])
      }
      const excuses = [{ client: 'client 1', from: 100, to: 1_600 }]
      expect(rules({ ledger, rest: { excuses } })).to.deep.equal(['I13'])
    })
  })
})

describe('tokens of the torture bed', () => {
  it('are all different, found again in any text, and of both lengths', () => {
    const all = Array.from({ length: 16 }, (_, writer) =>
      Array.from({ length: 1_000 }, (_, n) => tokenOf(writer, n)),
    )
    const tokens = all.flat()
    expect(new Set(tokens).size).to.equal(16_000)
    expect(tokensIn(`a${tokens.join('b👩‍🚀')}`)).to.deep.equal(tokens)
    expect(new Set(tokens.map(({ length }) => length))).to.deep.equal(new Set([1, 2]))
    expect([FIRST.length, SECOND.length]).to.deep.equal([1, 2])
    expect(LETTER).to.have.length(36)
  })
})
