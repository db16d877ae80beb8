/**
 * mocha's `spec` reporter, which also writes what came of the run to the file named by TEST_REPORT.
 *
 * No file means that the process died in the middle. When something a test opened keeps the process alive after the
 * last test, the process says what it is and ends, instead of hanging until the deadline of the whole run. An error
 * that nobody catches after the last test is reported too.
 */

const { writeFileSync } = require('node:fs')
const { reporters } = require('mocha')

const GRACE_MS = 5_000

module.exports = class Reporter extends reporters.Spec {
  /** @param {Mocha.Runner} runner @param {Mocha.MochaOptions} options */
  constructor(runner, options) {
    super(runner, options)
    const file = process.env.TEST_REPORT
    if (file === undefined) return
    /** @type {string[]} */
    const pending = []
    /** @type {{ title: string, why: string }[]} */
    const failures = []
    runner.on('pending', (test) => pending.push(test.fullTitle()))
    runner.on('fail', (test, error) =>
      failures.push({ title: test.fullTitle(), why: error.stack ?? String(error) }),
    )
    runner.once('end', () => {
      const stats = runner.stats ?? { passes: 0, failures: 1 }
      const report = { passed: stats.passes, failed: stats.failures, pending, failures }
      const write = (/** @type {object} */ more) =>
        writeFileSync(file, JSON.stringify({ ...report, ...more }))
      write({})
      process.on('uncaughtExceptionMonitor', (error) => write({ crash: String(error) }))
      setTimeout(() => {
        write({ leftOpen: process.getActiveResourcesInfo() })
        process.exit()
      }, GRACE_MS).unref()
    })
  }
}
