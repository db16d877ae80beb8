/** Loaded into every mocha process: what tests left running is ended, and fails the run. */

import { endAll } from './leftovers.ts'

export const mochaHooks = {
  async afterAll(this: Mocha.Context): Promise<void> {
    this.timeout(60_000)
    const forgotten = await endAll()
    if (forgotten.length > 0) throw new Error(`Left running by a test: ${forgotten.join('; ')}`)
  },
}
