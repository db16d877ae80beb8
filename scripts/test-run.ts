/**
 * The whole of `npm test`: checks, builds, starts a Postgres and a Redis of its own, runs the tiers, each in a process of
 * its own, and counts. They run one after the other, but for one that mostly waits, which runs beside those before it.
 *
 * Nothing is skipped in silence: a pending test, an empty tier, a tier that died or left something open, and a check
 * that failed each count as a failure. Whatever failed is named at the end once more, where the end of a log has it.
 * Nothing stays behind: whatever ends this process, the guard ends what it started.
 */

import { spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Guard } from '../test/harness/guard.ts'
import { endAll } from '../test/harness/leftovers.ts'
import { PostgresCluster } from '../test/harness/postgres-cluster.ts'
import { processes } from '../test/harness/processes.ts'
import { findChromium } from '../test/harness/programs.ts'
import { RedisServer } from '../test/harness/redis-server.ts'
import { ensurePrograms, type Program } from './debian-packages.ts'
import { ensureBuilt, ROOT } from './install.mjs'

const WHOLE_RUN_MS = 25 * 60_000
const GROUP_GRACE_MS = 3_000
/** Of what is said of one failed test at the end, characters. */
const LONGEST_WHY = 2_000

interface Tier {
  readonly name: string
  readonly needs: readonly (Program | 'build')[]
  /** Run when its folder exists; all others must. */
  readonly optional?: true
  /** It mostly waits, and runs beside the tiers before it. */
  readonly beside?: true
  /** For one test, when .mocharc.json's is too little for a busy machine, ms. */
  readonly timeout?: number
}

const TIERS: readonly Tier[] = [
  { name: 'unit', needs: [] },
  { name: 'property', needs: [] },
  { name: 'sim', needs: [] },
  { name: 'contract', needs: ['postgres', 'redis', 'radosgw'] },
  { name: 'integration', needs: ['postgres', 'redis', 'radosgw', 'build'] },
  {
    name: 'nodes',
    needs: ['postgres', 'redis', 'haproxy', 'nginx', 'openssl', 'build'],
    optional: true,
    beside: true,
  },
  { name: 'bench', needs: ['postgres', 'build'] },
  { name: 'e2e', needs: ['postgres', 'redis', 'build', 'chromium'], timeout: 60_000 },
]

/** What reporter.cjs writes. */
interface Report {
  readonly passed: number
  readonly failed: number
  /** What failed, and the error with its stack. */
  readonly failures: readonly { readonly title: string; readonly why: string }[]
  /** Titles of tests that were skipped. */
  readonly pending: readonly string[]
  /** What kept the process alive after the last test. */
  readonly leftOpen?: readonly string[]
  /** What nobody caught after the last test. */
  readonly crash?: string
}

/** A reason to end the run now; the message is for the person who started it. */
class Stop extends Error {
  override readonly name = 'Stop'
}

class TestRun {
  passed = 0
  failed = 0
  /** What failed: a sentence each, or a test's title and its error. */
  readonly faults: string[] = []

  readonly #folder = mkdtempSync(join(tmpdir(), 'copperplate-test-'))
  readonly #guard = new Guard()
  readonly #services: (PostgresCluster | RedisServer)[] = []
  /** The process groups of the programs that run. */
  readonly #groups = new Set<number>()
  #isOver = false

  constructor() {
    // A Postgres started by root runs as another user and must be able to pass.
    chmodSync(this.#folder, 0o711)
    this.#guard.folder(this.#folder)
    process.env.TEST_FOLDER = this.#folder
  }

  async run(tiers: readonly Tier[], grep: string | undefined): Promise<void> {
    const needs = new Set(tiers.flatMap((tier) => tier.needs))
    await ensurePrograms(
      [...needs].filter((need) => need !== 'build'),
      (command, args, env) => this.#mustSucceed(command, args, env),
    )
    const checked = await this.#program('npm', ['run', '--silent', 'check'])
    if (checked !== 0) this.fault('`npm run check` failed (types, lint or imports); see above.')
    if (needs.has('build')) await ensureBuilt((command, args) => this.#mustSucceed(command, args))
    if (needs.has('postgres')) await this.#startPostgres()
    if (needs.has('redis')) await this.#startRedis()
    if (needs.has('chromium')) process.env.CHROMIUM_PATH = findChromium() ?? ''

    const split = tiers.findIndex(({ beside }) => beside) + 1
    await this.#runTogether(tiers.slice(0, split), grep)
    for (const tier of tiers.slice(split)) await this.#runTier(tier, grep)
    if (this.passed + this.failed === 0) this.fault(`No test has a title that matches ${grep}.`)
  }

  fault(sentence: string): void {
    // What was cut short fails in its own way, which says nothing.
    if (this.#isOver) return
    this.failed += 1
    this.faults.push(sentence)
  }

  /** Ends whatever is running and removes what the run wrote. */
  async close(): Promise<void> {
    this.#isOver = true
    for (const group of this.#groups) killGroup(group)
    const ended = this.#services.map((service) => service.pid)
    await endAll()
    for (const pid of ended) if (pid !== null) this.#guard.forget(pid)
    await this.#guard.close()
  }

  /** Runs the last of some tiers beside the others, and shows what it says when they are done. */
  async #runTogether(tiers: readonly Tier[], grep: string | undefined): Promise<void> {
    const beside = tiers.at(-1)
    if (beside === undefined) return
    const said = join(this.#folder, `${beside.name}.log`)
    const others = async () => {
      for (const tier of tiers.slice(0, -1)) await this.#runTier(tier, grep)
    }
    const output = openSync(said, 'w')
    try {
      await Promise.all([others(), this.#runTier(beside, grep, output)])
    } finally {
      closeSync(output)
      process.stdout.write(readFileSync(said))
    }
  }

  /** @param output  where it goes: an open file, or this process' own */
  async #runTier(
    { name, optional, timeout }: Tier,
    grep: string | undefined,
    output: number | 'inherit' = 'inherit',
  ): Promise<void> {
    const folder = join('test', name)
    const files = existsSync(join(ROOT, folder))
      ? readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
          .filter((file) => file.endsWith('.test.ts'))
          .map((file) => join(folder, file))
          .sort()
      : []
    if (files.length === 0) {
      if (!optional) this.fault(`There are no tests in ${folder}.`)
      return
    }
    const title = `\n──── ${name} (${files.length} ${files.length === 1 ? 'file' : 'files'}) ────\n`
    if (output === 'inherit') process.stdout.write(title)
    else writeSync(output, title)
    const reportFile = join(this.#folder, `${name}.json`)
    const code = await this.#program(
      process.execPath,
      [
        'node_modules/mocha/bin/mocha.js',
        ...['--reporter', 'test/harness/reporter.cjs', '--forbid-only'],
        ...(grep === undefined ? [] : ['--grep', grep]),
        ...(timeout === undefined ? [] : ['--timeout', String(timeout)]),
        ...files,
      ],
      { ...process.env, TEST_REPORT: reportFile },
      `The ${name} tests`,
      output,
    )
    if (!existsSync(reportFile)) {
      this.fault(`The ${name} tests ended before the last one was done (exit code ${code}); see above.`)
      return
    }
    this.#count(name, code, JSON.parse(readFileSync(reportFile, 'utf8')), grep)
  }

  #count(tier: string, code: number, report: Report, grep: string | undefined): void {
    this.passed += report.passed
    this.failed += report.failed
    for (const { title, why } of report.failures) {
      this.faults.push(`${tier}: ${title}\n${why.slice(0, LONGEST_WHY)}\n`)
    }
    for (const title of report.pending) this.fault(`${tier}: "${title}" was skipped, and nothing may be.`)
    if (report.leftOpen !== undefined) {
      this.fault(`${tier}: after the last test something was left open: ${report.leftOpen.join(', ')}.`)
    }
    if (report.crash !== undefined) {
      this.fault(`${tier}: after the last test the process died of what nobody caught: ${report.crash}`)
    } else if (code !== 0 && report.failed === 0)
      this.fault(`The ${tier} tests ended with exit code ${code}.`)
    if (grep === undefined && report.passed + report.failed + report.pending.length === 0) {
      this.fault(`The files of the ${tier} tests hold no test.`)
    }
  }

  async #startPostgres(): Promise<void> {
    const cluster = await PostgresCluster.create({ detached: true })
    this.#services.push(cluster)
    this.#guard.process(cluster.pid!, 'SIGQUIT')
    process.env.TEST_DATABASE_URL = cluster.url
  }

  async #startRedis(): Promise<void> {
    const server = await RedisServer.create({ detached: true })
    this.#services.push(server)
    this.#guard.process(server.pid!, 'SIGKILL')
    process.env.TEST_REDIS_URL = server.url
  }

  async #mustSucceed(command: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<void> {
    const code = await this.#program(command, args, env)
    if (code !== 0) throw new Stop(`${command} ${args.join(' ')} failed (exit code ${code}); see above.`)
  }

  /**
   * Runs a program to its end, in a process group of its own: Ctrl-C in the terminal reaches this process only, and what
   * the program leaves behind can be found and ended.
   */
  async #program(
    command: string,
    args: readonly string[],
    env = process.env,
    what = command,
    output: number | 'inherit' = 'inherit',
  ): Promise<number> {
    if (this.#isOver) throw new Stop('The run is over.')
    const child = spawn(command, args, {
      cwd: ROOT,
      env,
      detached: true,
      stdio: ['ignore', output, output],
    })
    const ended = new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code) => resolve(code ?? 1))
    })
    if (child.pid === undefined) return ended
    this.#groups.add(child.pid)
    this.#guard.process(-child.pid, 'SIGKILL')
    const code = await ended
    await this.#endStragglers(child.pid, what)
    this.#guard.forget(-child.pid)
    this.#groups.delete(child.pid)
    return code
  }

  async #endStragglers(group: number, what: string): Promise<void> {
    const deadline = performance.now() + GROUP_GRACE_MS
    while (membersOf(group).length > 0 && performance.now() < deadline) await pause(50)
    const left = membersOf(group)
    if (left.length === 0 || this.#isOver) return
    killGroup(group)
    this.fault(`${what} left running: ${left.join('; ')}.`)
  }
}

function membersOf(group: number): string[] {
  return processes()
    .filter((each) => each.group === group)
    .map((each) => each.command)
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch {
    // Nobody is left in it.
  }
}

/** Rejects when somebody or the clock says that the run must end now. */
function stopped(): Promise<never> {
  return new Promise((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => reject(new Stop(`The run was stopped by ${signal}.`)))
    }
    const tooLate = () => reject(new Stop(`The run was not done after ${WHOLE_RUN_MS / 60_000} minutes.`))
    setTimeout(tooLate, WHOLE_RUN_MS).unref()
  })
}

function chosenTiers(names: readonly string[]): readonly Tier[] {
  const unknown = names.filter((name) => !TIERS.some((tier) => tier.name === name))
  if (unknown.length > 0) {
    const known = TIERS.map((tier) => tier.name).join(', ')
    throw new Stop(`There is no tier called ${unknown.join(' or ')}; there are ${known}.`)
  }
  return names.length === 0 ? TIERS : TIERS.filter((tier) => names.includes(tier.name))
}

const run = new TestRun()
try {
  const { values, positionals } = parseArgs({
    options: { grep: { type: 'string', short: 'g' } },
    allowPositionals: true,
  })
  await Promise.race([stopped(), run.run(chosenTiers(positionals), values.grep)])
} catch (error) {
  run.fault(error instanceof Stop || error instanceof Error ? error.message : String(error))
} finally {
  await run.close()
}
console.log('')
for (const fault of run.faults) console.log(fault)
console.log(`${run.passed} passed, ${run.failed} failed`)
process.exit(run.failed === 0 ? 0 : 1)
