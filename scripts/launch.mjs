/**
 * Starts a script that is written in TypeScript. The file that calls this needs nothing but Node; the rest needs the packages.
 */

import { ensureBuilt, ensureInstalled } from './install.mjs'

/**
 * @param {string} main  its first file, from here
 * @param {{ isBuilt?: boolean }} needs  the app as well, as it is served
 */
export async function launch(main, { isBuilt = false } = {}) {
  try {
    await ensureInstalled()
    if (isBuilt) await ensureBuilt()
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
  const { register } = await import('tsx/esm/api')
  register()
  await import(main)
}
