import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { scratchFolder } from '../../harness/scratch.ts'

const REPORTER = fileURLToPath(new URL('../../harness/reporter.cjs', import.meta.url))
const MOCHA = fileURLToPath(new URL('../../../node_modules/mocha/bin/mocha.js', import.meta.url))

describe('the reporter', () => {
  let folder: string

  beforeEach(() => {
    folder = scratchFolder('reporter')
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  /** What is written about a process that runs this test file; null when nothing is. */
  async function reportOn(tests: string): Promise<unknown> {
    const file = join(folder, 'report.json')
    writeFileSync(join(folder, 'a.test.mjs'), tests)
    const child = spawn(process.execPath, [MOCHA, '--no-config', '--reporter', REPORTER, 'a.test.mjs'], {
      cwd: folder,
      env: { ...process.env, TEST_REPORT: file },
      stdio: 'ignore',
    })
    await once(child, 'exit')
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
  }

  it('counts what passed, what failed and what was skipped', async () => {
    const tests = `describe('a', () => { it('b', () => {}); it('c', () => { throw new Error() }); it('d') })`
    expect(await reportOn(tests)).to.deep.include({ passed: 1, failed: 1, pending: ['a d'] })
  })

  it('names what failed, and says where and why', async () => {
    const tests = `describe('a', () => {
      it('b', () => {})
      it('c', () => { throw new Error('so') })
      after(() => { throw 'no error' })
    })`
    const { failures } = (await reportOn(tests)) as { failures: { title: string; why: string }[] }
    expect(failures.map(({ title }) => title)).to.deep.equal(['a c', 'a "after all" hook for "c"'])
    expect(failures[0]?.why).to.match(/^Error: so\n +at .*a\.test\.mjs:3:/)
    expect(failures[1]?.why).to.include('no error')
  })

  it('counts a hook that failed', async () => {
    const tests = `describe('a', () => { it('b', () => {}); after(() => { throw new Error() }) })`
    expect(await reportOn(tests)).to.deep.include({ passed: 1, failed: 1 })
  })

  it('says what nobody caught after the last test', async () => {
    const tests = `after(() => { setTimeout(() => { throw new Error('late') }, 20) }); it('a', () => {})`
    expect(await reportOn(tests)).to.deep.include({ passed: 1, failed: 0, crash: 'Error: late' })
  })

  it('says what kept the process alive after the last test', async () => {
    const tests = `it('a', () => { setInterval(() => {}, 1000) })`
    expect(await reportOn(tests)).to.deep.include({ passed: 1, leftOpen: ['Timeout'] })
  })

  it('says nothing about a process that died in the middle', async () => {
    expect(await reportOn(`it('a', () => { process.exit(0) })`)).to.equal(null)
  })
})
