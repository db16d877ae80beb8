import type { Stage } from '../stage.ts'
import { ServerProcess } from './server-process.ts'

/** A server that can be ended and started again as it was, on a new port. */
export class Restartable {
  readonly #stage: Stage
  readonly #program: readonly string[]
  readonly #env: Readonly<Record<string, string>>
  #server: ServerProcess

  private constructor(
    stage: Stage,
    program: readonly string[],
    env: Readonly<Record<string, string>>,
    server: ServerProcess,
  ) {
    this.#stage = stage
    this.#program = program
    this.#env = env
    this.#server = server
  }

  static async start(
    stage: Stage,
    program: readonly string[],
    env: Readonly<Record<string, string>>,
  ): Promise<Restartable> {
    const server = stage.keep(await ServerProcess.start([...stage.nodeOptions(), ...program], env))
    return new Restartable(stage, program, env, server)
  }

  get server(): ServerProcess {
    return this.#server
  }

  async restart(): Promise<void> {
    await this.close()
    const program = [...this.#stage.nodeOptions(), ...this.#program]
    this.#server = this.#stage.keep(await ServerProcess.start(program, this.#env))
  }

  close(): Promise<void> {
    return this.#stage.end(this.#server)
  }
}
