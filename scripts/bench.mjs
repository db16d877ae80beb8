/**
 * `npm run bench`: how fast this server is, beside the servers people would otherwise use, on this machine, in one run.
 *
 *   npm run bench                                        everything; about forty minutes
 *   npm run bench -- --only W1,W2 --peers memory         some of it
 *   npm run bench -- --seconds 1 --runs 1 --peers none   a rehearsal
 *   npm run bench -- --json bench.json --svg bench.svg   keeps the figures, draws them
 */

import { launch } from './launch.mjs'

await launch('./bench/main.ts', { isBuilt: true })
