import { expect } from 'chai'
import type { Ledger } from '../../../scripts/torture/check/ledger.ts'
import { type Inflicted, recoveriesOf } from '../../../scripts/torture/check/recovery.ts'
import { at } from './torture-evidence.ts'

const KILL: Inflicted = { name: 'node killed', from: 1_000, to: 1_800 }
const RESTART: Inflicted = { name: 'Postgres restarted', from: 1_000, to: 1_400 }

/** Was on the killed node, with an op on its way; and somebody on another one, who had more acknowledged. */
const LEDGERS: readonly Ledger[] = [
  {
    ...{ client: 'client 0', member: 'ada', wasKilled: false },
    entries: [
      at(0, { what: 'subscribed' }),
      at(900, { what: 'heard', version: 6 }),
      at(990, { what: 'sent', source: 'a', seq: 1, tokens: [] }),
      at(1_001, { what: 'closed', code: 1006 }),
      at(1_500, { what: 'subscribed' }),
      at(1_600, { what: 'heard', version: 7 }),
      at(1_700, { what: 'acked', source: 'a', seq: 1, version: 8 }),
    ],
  },
  {
    ...{ client: 'client 1', member: 'ben', wasKilled: false },
    entries: [at(0, { what: 'subscribed' }), at(950, { what: 'acked', source: 'b', seq: 1, version: 7 })],
  },
]

const [first, second] = LEDGERS as [Ledger, Ledger]
const without = (what: string) => [
  { ...first, entries: first.entries.filter((entry) => entry.what !== what || entry.at < 1_000) },
  second,
]

describe('how long the torture bed says people had to wait', () => {
  it('after a node was killed: until they are back, have everything, and have heard of what they had sent', () => {
    expect(recoveriesOf(LEDGERS, [KILL], []).nodeKill).to.deep.equal([700])
    expect(recoveriesOf(without('acked'), [KILL], []).nodeKill).to.deep.equal([])
    expect(recoveriesOf(without('heard'), [KILL], []).nodeKill).to.deep.equal([])
  })

  it('not of those who were on another node', () => {
    expect(recoveriesOf([second], [KILL], []).nodeKill).to.deep.equal([])
  })

  it('after Postgres was restarted: from its return to an acknowledgement', () => {
    expect(recoveriesOf(LEDGERS, [RESTART], []).postgresRestart).to.deep.equal([300])
  })

  it('not of those who went away themselves', () => {
    const absent = (client: string) => [{ client, from: 500, to: 2_000 }]
    expect(recoveriesOf(LEDGERS, [KILL], absent('client 0')).nodeKill).to.deep.equal([])
    expect(recoveriesOf(LEDGERS, [KILL], absent('client 1')).nodeKill).to.deep.equal([700])
  })
})
