/**
 * `npm run sim`: three nodes, their clients and everything between them, in one process and in no time of the clock's.
 *
 *   npm run sim                                  1,000 runs
 *   npm run sim -- --runs 20000 --seed 1         as many as that, the same ones each time
 *   npm run sim -- --runs 1 --seed 42 --trace    everything that happened in one of them
 *   npm run sim -- --mutant list                 the wrong things it can be made to find
 */

import { launch } from './launch.mjs'

await launch('./sim/main.ts')
