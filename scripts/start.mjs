/** `npm start`: installs and builds what is missing, then runs one node. It prints the address to open. */

import { foreground } from './foreground.mjs'
import { ensureBuilt, ensureInstalled } from './install.mjs'

try {
  await ensureInstalled()
  await ensureBuilt()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
foreground([[process.execPath, '--enable-source-maps', 'dist/server/main.js']])
