import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** See guard.mjs: nothing this process starts outlives it, not even when it is killed. */
export class Guard {
  readonly #child: ChildProcess

  constructor() {
    this.#child = spawn(process.execPath, [fileURLToPath(new URL('./guard.mjs', import.meta.url))], {
      // A session of its own, so that Ctrl-C does not reach it.
      detached: true,
      stdio: ['pipe', 'ignore', 'inherit'],
    })
  }

  /** @param pid  negative for a process group */
  process(pid: number, signal: NodeJS.Signals): void {
    this.#tell({ pid, signal })
  }

  folder(folder: string): void {
    this.#tell({ folder })
  }

  forget(pid: number): void {
    this.#tell({ forget: pid })
  }

  /** Makes it do its work now. Resolves when it has. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#child.once('exit', () => resolve())
      if (this.#child.exitCode !== null) resolve()
      this.#child.stdin?.end()
    })
  }

  #tell(command: object): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`)
  }
}
