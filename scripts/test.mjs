/**
 * `npm test`: everything that can be checked on one machine. The last line is `N passed, N failed`.
 *
 *   npm test                        all tiers
 *   npm test -- unit contract       these tiers only
 *   npm test -- --grep '\[S4\]'     tests whose title matches
 *
 * This file needs nothing but Node; the rest is TypeScript and needs the packages.
 */

import { ensureInstalled } from './install.mjs'

try {
  await ensureInstalled()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  console.log('0 passed, 1 failed')
  process.exit(1)
}
const { register } = await import('tsx/esm/api')
register()
await import('./test-run.ts')
