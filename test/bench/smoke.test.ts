/** The bench itself, so that it never rots: the real command, for a second per workload, without the peers. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import type { Figures } from '../../scripts/bench/figures.ts'
import type { Results } from '../../scripts/bench/results.ts'
import { ROOT } from '../../scripts/install.mjs'
import { within } from '../harness/deadline.ts'
import { scratchFolder } from '../harness/scratch.ts'

const BENCH_MS = 120_000

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function bench(...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['scripts/bench.mjs', ...args], { cwd: ROOT })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const output = () => `${stdout}\n${stderr}`
  try {
    const [code] = await within(BENCH_MS, 'the bench to end', once(child, 'close'), output)
    return { code, stdout, stderr }
  } finally {
    // The bench ends what it started when it is asked to end.
    child.kill('SIGTERM')
  }
}

describe('the bench', () => {
  let ended: Ended
  let results: Results
  const ours = (workload: string): Figures =>
    results.cells.find((cell) => cell.workload === workload && cell.system === 'copperplate')!.medians

  before(async function () {
    this.timeout(BENCH_MS + 10_000)
    const file = join(scratchFolder('bench'), 'report.json')
    const short = ['--seconds', '1', '--runs', '1', '--peers', 'none', '--only', 'W1,W2,W3', '--json', file]
    ended = await bench(...short)
    if (ended.code === 0) results = JSON.parse(readFileSync(file, 'utf8'))
  })

  it('ends well, which it does only when no acknowledged op was lost or doubled', () => {
    expect(ended.code, `${ended.stdout}\n${ended.stderr}`).to.equal(0)
    expect(results.cells.map(({ workload }) => workload)).to.deep.equal(['W1', 'W2', 'W3'])
    expect(results.cells.flatMap(({ failures }) => failures)).to.deep.equal([])
  })

  for (const workload of ['W1', 'W2', 'W3']) {
    it(`measures ops, latencies and costs of ${workload}`, () => {
      const figures = ours(workload)
      expect(figures.ops).to.be.greaterThan(0)
      expect(figures.opsPerSecond).to.be.greaterThan(0)
      expect(figures.ackP50Ms).to.be.greaterThan(0)
      expect(figures.propagationP95Ms).to.be.at.least(figures.propagationP50Ms!)
      expect(figures.walBytesPerOp).to.be.greaterThan(0)
      expect(figures.rssMiB).to.be.greaterThan(0)
    })
  }

  it('counts the writes that our server did again: on one node there are none', () => {
    expect(['W1', 'W2', 'W3'].map((workload) => ours(workload).retries)).to.deep.equal([0, 0, 0])
  })

  it('prints a table that names the machine, and judges no aim after so short a time', () => {
    expect(ended.stdout)
      .to.match(/op\/s +[\d,]+/)
      .and.to.match(/Node \d+\.\d+\.\d+, Postgres \d+/)
      .and.to.include('This was a rehearsal')
  })

  it('refuses a workload that it does not have, and says which there are', async function () {
    this.timeout(30_000)
    const { code, stderr } = await bench('--only', 'W9')
    expect(code).to.equal(1)
    expect(stderr).to.include('--only does not know W9; there are W1, W2')
  })
})
