import { expect } from 'chai'
import { UsageError } from '../../../scripts/command-line.ts'
import type { Harm } from '../../../scripts/torture/check/evidence.ts'
import { readOptions } from '../../../scripts/torture/options.ts'
import { hasFailed, progressOf, resultOf } from '../../../scripts/torture/report.ts'
import type { Outcome } from '../../../scripts/torture/run-schedule.ts'

function outcome(seed: number, ...harms: Harm[]): Outcome {
  return {
    ...{ seed, ops: 100, acknowledged: 80, healMs: seed * 10, tookMs: 6_000, folder: '/kept' },
    ...{ faults: ['node killed', 'Redis paused'], recoveries: { nodeKill: [700], postgresRestart: [] } },
    violations: harms.map((harm) => ({ rule: 'I2', harm, what: `something was ${harm}` })),
  }
}

describe('the report of the torture bed', () => {
  it('adds up schedules', () => {
    const result = resultOf(1, [
      outcome(1),
      outcome(2, 'lost', 'lost', 'other'),
      outcome(3, 'unscheduledExit'),
    ])
    expect(result).to.deep.include({
      ...{ schedules: 3, seed: 1, ops: 300, acknowledged: 240 },
      ...{ lost: 2, duplicated: 0, diverged: 0, unscheduledExits: 1, violations: 4 },
      faults: { 'node killed': 3, 'Redis paused': 3 },
      healMs: { p50: 20, p95: 30, most: 30, of: 3 },
      nodeKillMs: { p50: 700, p95: 700, most: 700, of: 3 },
      postgresRestartMs: null,
    })
    expect(result.failing.map(({ seed }) => seed)).to.deep.equal([2, 3])
  })

  for (const harm of ['lost', 'duplicated', 'diverged', 'unscheduledExit', 'other'] as const) {
    it(`fails the run when something is ${harm}`, () => {
      expect(hasFailed(resultOf(1, [outcome(1), outcome(2)]))).to.equal(false)
      expect(hasFailed(resultOf(1, [outcome(1), outcome(2, harm)]))).to.equal(true)
    })
  }

  it('names the seed of a schedule that failed, what was broken, where it is kept, and how to see it again', () => {
    const lines = progressOf(outcome(17, 'lost'), 3, 30)
    for (const text of ['3/30', 'FAILED', 'something was lost', '/kept', 'npm run torture -- --replay 17']) {
      expect(lines).to.include(text)
    }
    expect(progressOf(outcome(17), 3, 30).split('\n')).to.have.length(1)
  })
})

describe('the options of the torture bed', () => {
  it('take one schedule to be replayed, or several from a seed on', () => {
    expect(readOptions(['--replay', '17'])).to.deep.include({ schedules: 1, seed: 17, only: [] })
    expect(readOptions(['--schedules', '300', '--seed', '5'])).to.deep.include({ schedules: 300, seed: 5 })
    expect(readOptions(['--only', 'node-kill,lost-message']).only).to.deep.equal([
      'lost-message',
      'node-kill',
    ])
  })

  it('are refused when they say nothing', () => {
    const wrong = [
      ['--only', 'x'],
      ['--schedules', '0'],
      ['--seed', 'x'],
      ['--what', '1'],
      ['--replay', '-1'],
    ]
    for (const args of wrong) expect(() => readOptions(args), args.join(' ')).to.throw(UsageError)
  })
})
