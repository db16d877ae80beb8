/**
 * `npm run typing`: what a key costs in the browser, from the press to the paint, in a long letter that others write in.
 *
 *   npm run typing                                    100 KB, 10 people, 400 keys
 *   npm run typing -- --characters 1000000 --people 0 another letter
 *   npm run typing -- --keys 100 --trace trace.json   keeps what Chromium recorded, for its performance panel
 *   npm run typing -- --away 10000                    as many edits of a closed tab, sent past twice as many of others
 *
 * What the same letter costs without an editor is measured beside it: the ratio of both says more than either on a busy machine.
 * Exits with 1 when the aim is missed.
 */

import { launch } from './launch.mjs'

await launch('./typing/main.ts', { isBuilt: true })
