import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'

const LOCK = new URL('../../../scripts/lock.mjs', import.meta.url).href

describe('the lock of the scripts', () => {
  let folder: string

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lock-'))
  })
  afterEach(() => {
    rmSync(folder, { recursive: true })
  })

  /** A process that holds the lock while it runs `work`. Resolves to its exit code or signal. */
  async function holder(work: string): Promise<number | string> {
    const program = `
      import { appendFileSync } from 'node:fs'
      import { setImmediate as turn } from 'node:timers/promises'
      import { alone } from ${JSON.stringify(LOCK)}
      const note = (text) => appendFileSync(${JSON.stringify(join(folder, 'notes'))}, text)
      await alone('test', ${JSON.stringify(folder)}, async () => { ${work} })`
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'ignore' })
    const [code, signal] = await once(child, 'exit')
    return code ?? signal
  }

  function notes(): string {
    return readFileSync(join(folder, 'notes'), 'utf8')
  }

  it('lets one process in at a time', async () => {
    const work = `note('('); for (let i = 0; i < 50; i++) await turn(); note(')')`
    const codes = await Promise.all([1, 2, 3, 4, 5].map(() => holder(work)))
    expect(codes).to.deep.equal([0, 0, 0, 0, 0])
    expect(notes()).to.equal('()()()()()')
  })

  it('is given up when the work fails', async () => {
    expect(await holder(`note('a'); throw new Error('x')`)).to.equal(1)
    expect(await holder(`note('b')`)).to.equal(0)
    expect(notes()).to.equal('ab')
  })

  it('is taken over from a process that was killed, by one of those that wait', async () => {
    expect(
      await holder(`note('a'); process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})`),
    ).to.equal('SIGKILL')
    await Promise.all([1, 2, 3].map(() => holder(`note('('); await turn(); note(')')`)))
    expect(notes()).to.equal('a()()()')
  })
})
