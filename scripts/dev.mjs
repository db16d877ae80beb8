/** `npm run dev`: the server restarts and the client is built again whenever a source changes. */

import { foreground } from './foreground.mjs'
import { ensureInstalled } from './install.mjs'

try {
  await ensureInstalled()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
}
foreground([
  ['node_modules/.bin/tsx', 'watch', '--clear-screen=false', 'server/main.ts'],
  [
    'node_modules/.bin/vite',
    'build',
    '--watch',
    '--mode',
    'development',
    '--config',
    'client/vite.config.ts',
  ],
])
