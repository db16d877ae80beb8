/**
 * `npm run torture`: three nodes, Postgres, Redis, a balancer and eight clients, real processes all of them, with every line
 * between them and every one of them at the mercy of schedules of faults. What was promised is checked after each.
 *
 *   npm run torture -- --schedules 300 --seed 1    about eight seconds each
 *   npm run torture -- --replay 17                 one of them again
 *   npm run torture -- --only node-kill            a scenario with a figure of its own
 */

import { launch } from './launch.mjs'

await launch('./torture/main.ts', { isBuilt: true })
