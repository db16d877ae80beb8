import { expect } from 'chai'
import { FAULTS } from '../../scripts/sim/faults.ts'
import { MUTANTS, partsOf } from '../../scripts/sim/mutants.ts'
import { replayOf } from '../../scripts/sim/report.ts'
import { simulate } from '../../scripts/sim/run.ts'
import { isClean, type SeriesResult, simulateSeries } from '../../scripts/sim/series.ts'
import { SEED } from '../harness/random.ts'

const RUNS = 1_000
/** A wrong server has to be noticed within so many runs. */
const ENOUGH = 300

/** Seeds under which something was wrong once, by what it was. Whoever draws more in a run finds new ones, with the fix taken out. */
const PINNED: Readonly<Record<string, number>> = {
  'a letter opened while it was being made was not found': 1217,
  'a tab that had just been opened took out what the one before it had kept': 12540,
}

describe('the simulation', () => {
  it(`[S1] to [S8], [R3], [R4]: nothing is lost, doubled or late, whatever fails (SEED=${SEED})`, async function () {
    this.timeout(600_000)
    const result = await simulateSeries({ runs: RUNS, seed: SEED })
    expect(isClean(result), failuresOf(result)).to.equal(true)
    // And that was not vacuous.
    expect(Object.keys(result.faults)).to.have.members(Object.keys(FAULTS))
    expect(result.ops).to.be.greaterThan(10 * RUNS)
    expect(result.lostRaces).to.be.greaterThan(RUNS)
    expect(result.resends).to.be.greaterThan(RUNS / 4)
    expect(result.given).to.be.greaterThan(RUNS / 20)
  })

  for (const [bug, seed] of Object.entries(PINNED)) {
    it(`and not any more: ${bug}`, async () => {
      const { violations } = await simulate(seed)
      expect(violations).to.deep.equal([])
    })
  }

  describe('notices a wrong server', () => {
    for (const [name, { what }] of Object.entries(MUTANTS)) {
      it(`${name}: ${what}`, async function () {
        this.timeout(300_000)
        const result = await simulateSeries({
          runs: ENOUGH,
          seed: 1,
          parts: partsOf(name),
          isUntilFailing: true,
        })
        expect(result.violations, `not within ${ENOUGH} runs`).to.be.greaterThan(0)
      })
    }
  })
})

function failuresOf({ failing }: SeriesResult): string {
  return failing
    .slice(0, 3)
    .map(
      ({ seed, violations }) =>
        `${replayOf(seed, null)} --trace\n${JSON.stringify(violations.slice(0, 5), null, 2)}`,
    )
    .join('\n')
}
