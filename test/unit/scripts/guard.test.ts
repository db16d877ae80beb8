import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { expect } from 'chai'
import { until } from '../../harness/deadline.ts'
import { processes } from '../../harness/processes.ts'
import { scratchFolder } from '../../harness/scratch.ts'

const GUARD = new URL('../../harness/guard.ts', import.meta.url).href

describe('the guard', () => {
  it('ends and removes what a process leaves behind that is killed', async () => {
    const folder = scratchFolder('guard')
    const program = `
      import { spawn } from 'node:child_process'
      import { Guard } from ${JSON.stringify(GUARD)}
      const guard = new Guard()
      const child = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1000)'], { detached: true })
      guard.process(child.pid, 'SIGTERM')
      guard.folder(${JSON.stringify(folder)})
      console.log(child.pid)`
    const parent = spawn(process.execPath, ['--import=tsx', '--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const [line] = await once(parent.stdout, 'data')
    const pid = Number(line)
    expect(processes().some((each) => each.pid === pid)).to.equal(true)

    parent.kill('SIGKILL')
    await until('the child to be gone', () => processes().every((each) => each.pid !== pid))
    await until('the folder to be gone', () => !existsSync(folder))
  })
})
