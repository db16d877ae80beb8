import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { lockFolder } from '../../../server/store/folder-lock.ts'
import { scratchFolder } from '../../harness/scratch.ts'

/** Beyond the greatest process number there is, and started before this machine. */
const DEAD = { pid: 2 ** 22 + 1, started: '1', token: 'x' }

const MODULE = fileURLToPath(new URL('../../../server/store/folder-lock.ts', import.meta.url))

describe('the lock of a data folder', () => {
  let folder: string
  const file = () => join(folder, 'copperplate.lock')
  const holder = () =>
    JSON.parse(readFileSync(file(), 'utf8')) as { pid: number; started: string; token: string }

  beforeEach(() => {
    folder = scratchFolder('lock')
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  it('keeps a second one out, and says who has it and what to do', () => {
    const lock = lockFolder(folder)
    expect(() => lockFolder(folder))
      .to.throw(`in use by process ${process.pid}`)
      .with.property('message')
      .that.includes('DATA_DIR')
    lock.release()
  })

  it('is gone when it is released, which may be done twice', () => {
    lockFolder(folder).release()
    const lock = lockFolder(folder)
    lock.release()
    lock.release()
    expect(readdirSync(folder)).to.deep.equal([])
  })

  it('is not taken away by whoever held it before', () => {
    const first = lockFolder(folder)
    rmSync(file())
    const second = lockFolder(folder)
    first.release()
    expect(existsSync(file())).to.equal(true)
    second.release()
  })

  for (const [what, text] of [
    ['of a process that is dead', () => JSON.stringify(DEAD)],
    // Only Linux says when a process was started.
    ...(process.platform === 'linux'
      ? [
          [
            'of a process whose number another one has now',
            () => JSON.stringify({ ...DEAD, pid: process.pid }),
          ] as const,
        ]
      : []),
    ['that was torn in the middle', () => '{"pid":1'],
    ['that is empty', () => ''],
    ['that holds something else', () => 'null'],
  ] as const) {
    it(`${what} holds nobody up`, () => {
      writeFileSync(file(), text())
      utimesSync(file(), 0, 0)
      const lock = lockFolder(folder)
      expect(holder().pid).to.equal(process.pid)
      lock.release()
      expect(readdirSync(folder)).to.deep.equal([])
    })
  }

  it('that is just being written is somebody’s', () => {
    writeFileSync(file(), '')
    expect(() => lockFolder(folder)).to.throw('in use by a process that is just starting')
  })

  it('outlives nobody: a process that was killed leaves it to the next', async function () {
    this.timeout(30_000)
    const other = locker(folder)
    await once(other.stdout!, 'data')
    expect(() => lockFolder(folder)).to.throw(`in use by process ${other.pid}`)
    const gone = once(other, 'exit')
    other.kill('SIGKILL')
    await gone
    lockFolder(folder).release()
  })

  it('of a dead process falls to one of those who start at once', async function () {
    this.timeout(30_000)
    writeFileSync(file(), JSON.stringify(DEAD))
    const lockers = Array.from({ length: 4 }, () => locker(folder))
    const said = await Promise.all(
      lockers.map(async (one) => String((await once(one.stdout!, 'data'))[0]).trim()),
    )
    expect(said.filter((word) => word === 'locked')).to.have.length(1)
    for (const one of lockers) {
      const gone = once(one, 'exit')
      if (one.exitCode === null && one.kill('SIGKILL')) await gone
    }
  })
})

/** A process that takes the lock, says whether it got it, and stays. */
function locker(folder: string) {
  const program = `
    import { lockFolder } from ${JSON.stringify(MODULE)}
    try { lockFolder(${JSON.stringify(folder)}); console.log('locked') } catch { console.log('refused') }
    setInterval(() => {}, 1000)`
  return spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}
