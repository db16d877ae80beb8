/**
 * `npm run torture`: three nodes, Postgres, Redis, a balancer and eight clients, real processes all of them, with every line
 * between them and every one of them at the mercy of schedules of faults. What was promised is checked after each.
 *
 *   npm run torture -- --schedules 300 --seed 1    about eight seconds each
 *   npm run torture -- --replay 17                 one of them again
 *   npm run torture -- --only node-kill            a scenario with a figure of its own
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
await import('./torture/main.ts')
