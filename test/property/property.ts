/**
 * How random tests run: one seed for the whole run, printed with it, and `SEED` and `RUNS` to choose others.
 *
 * A failing property prints its seed, the shrunk case and a line to paste. A seed that failed once is kept as
 * an example under the bug's name, in `pinned`.
 */
import fc from 'fast-check'

/** Cases of each property. */
export const RUNS = Number(process.env.RUNS ?? 1_000)
export const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 0x7fffffff))

/** With fewer cases of each property it may be chance that something did not come up. */
const ENOUGH = 500

let cases = 0

before(() => {
  console.log(`    random tests: SEED=${SEED} RUNS=${RUNS}`)
})

after(() => {
  console.log(`    random tests: ${cases} cases ran`)
})

export interface PropertyOptions<Case> {
  /** Cases that failed once, or that must never go untried. */
  readonly pinned?: readonly Case[]
  /** Share of `RUNS` that this property needs, when it is dearer than most. */
  readonly share?: number
}

/** A test that `check` holds for every case. The title is a sentence with the ID of its law. */
export function property<Case>(
  title: string,
  arbitrary: fc.Arbitrary<Case>,
  check: (value: Case) => void,
  options: PropertyOptions<Case> = {},
): void {
  it(title, function () {
    this.timeout(120_000 + RUNS * 20)
    const outcome = fc.check(
      fc.property(arbitrary, (value) => {
        cases++
        check(value)
      }),
      {
        seed: SEED,
        numRuns: Math.max(1, Math.ceil(RUNS * (options.share ?? 1))),
        examples: (options.pinned ?? []).map((value) => [value]),
      },
    )
    if (outcome.failed)
      throw new Error(failure(title, fc.defaultReportMessage(outcome)), {
        cause: outcome.errorInstance,
      })
  })
}

function failure(title: string, report: string | undefined): string {
  return `${report}\n\nTo see it again: SEED=${SEED} RUNS=${RUNS} npx mocha 'test/property/**/*.test.ts' -f ${JSON.stringify(title)}\n`
}

/**
 * Counts how often something worth testing came up, so that a suite can end by asserting that it was not
 * vacuous.
 */
export class Tally {
  readonly #counts = new Map<string, number>()

  /** Counts `what` when `happened`; answers `happened`. */
  count(what: string, happened: boolean): boolean {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + (happened ? 1 : 0))
    return happened
  }

  /**
   * The last test of a suite: everything that it counted came up. A short run, to look at one case, may miss
   * some.
   */
  assertNotVacuous(title: string): void {
    const counts = this.#counts
    it(title, function () {
      if (RUNS < ENOUGH) this.skip()
      const missing = [...counts].filter(([, count]) => count === 0).map(([what]) => what)
      if (counts.size === 0 || missing.length > 0) {
        throw new Error(
          `never came up: ${missing.join(', ') || 'anything at all'} (SEED=${SEED} RUNS=${RUNS})`,
        )
      }
    })
  }
}
