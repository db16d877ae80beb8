/**
 * `npm run bench`: how fast this server is, beside the servers people would otherwise use, on this machine, in one run.
 *
 *   npm run bench                                        everything; about forty minutes
 *   npm run bench -- --only W1,W2 --peers memory         some of it
 *   npm run bench -- --seconds 1 --runs 1 --peers none   a rehearsal
 *   npm run bench -- --json bench.json --svg bench.svg   keeps the figures, draws them
 *
 * This file needs nothing but Node; the rest is TypeScript and needs the packages.
 */

import { ensureBuilt, ensureInstalled } from './install.mjs'

try {
  await ensureInstalled()
  await ensureBuilt()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
const { register } = await import('tsx/esm/api')
register()
await import('./bench/main.ts')
