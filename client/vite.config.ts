import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const WORKER = 'service-worker.js'

/** Fonts that a page needs only when it shows such a script. */
const RARE = /-(?:latin-ext|vietnamese|greek|greek-ext|cyrillic|cyrillic-ext)-/

/** Tells the service worker which files this build is made of. */
function appShell(): Plugin {
  return {
    name: 'app-shell',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const files = Object.keys(bundle).filter((file) => file !== WORKER && !file.endsWith('.map'))
      const page = bundle['index.html']
      const worker = bundle[WORKER]
      if (page?.type !== 'asset' || worker?.type !== 'chunk')
        throw new Error('a page or its worker is missing')
      if (worker.imports.length > 0) throw new Error('the service worker must be one file')
      const paths = [...files.filter((file) => file !== 'index.html'), ...readdirSync(here('public'))]
        .map((file) => `/${file}`)
        .sort()
      const shell = {
        page: sha256(page.source),
        needed: paths.filter((path) => !RARE.test(path)),
        others: paths.filter((path) => RARE.test(path)),
      }
      const build = sha256(worker.code + JSON.stringify(shell)).slice(0, 16)
      worker.code = `const SHELL=${JSON.stringify({ build, ...shell })};${worker.code}`
    },
  }
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

export default defineConfig({
  root: here('.'),
  plugins: [react(), appShell()],
  build: {
    outDir: here('../dist/client'),
    emptyOutDir: true,
    // Everything is a file with its hash in its name: nothing is inlined, so the page needs no exception in its
    // content security policy, and assets can be cached for ever.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: true,
    rollupOptions: {
      input: { index: here('index.html'), 'service-worker': here('service-worker.ts') },
      output: {
        // The browser asks for a worker by its one address.
        entryFileNames: ({ name }) => (name === 'service-worker' ? WORKER : 'assets/[name]-[hash].js'),
      },
    },
  },
})
