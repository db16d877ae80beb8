/**
 * Keeps the app itself on the device, so that it opens while the server is away.
 *
 * It holds the files of one build, as the build listed them, and nothing else: what the server says to a person is never
 * kept here, so that nobody finds the answers for somebody else. Letters and unsent edits are kept by the app.
 *
 * A new build comes as a new worker with a cache of its own. It waits until no page of the old build is left, or until the
 * person asks for it: a page goes on with the files it was made with.
 *
 * Imports nothing: it must be one file.
 */

/** Written into the worker by the build. */
declare const SHELL: {
  /** The hash of all that follows: another build is another worker. */
  readonly build: string
  /** SHA-256 of the page, in hexadecimal: during a deployment the next node asked may be of another build. */
  readonly page: string
  /** Without these the app does not open. */
  readonly needed: readonly string[]
  /** Kept when they are asked for: fonts of other scripts, mostly. */
  readonly others: readonly string[]
}

// TypeScript's types are those of a page.
interface Late extends Event {
  waitUntil(work: Promise<unknown>): void
}
interface Fetching extends Late {
  readonly request: Request
  respondWith(response: Promise<Response>): void
}
interface Worker {
  addEventListener(kind: 'install' | 'activate', listener: (event: Late) => void): void
  addEventListener(kind: 'fetch', listener: (event: Fetching) => void): void
  addEventListener(kind: 'message', listener: (event: MessageEvent) => void): void
  skipWaiting(): Promise<void>
  readonly clients: { claim(): Promise<void> }
}
const worker = self as unknown as Worker

const PREFIX = 'copperplate-app-'
const CACHE = PREFIX + SHELL.build
const PAGE = '/'
/** The server's own: doors of the API and of whoever watches it. */
const SERVERS = /^\/(?:v1|healthz|readyz|metrics)(?:\/|$)/

worker.addEventListener('install', (event) => event.waitUntil(install()))
worker.addEventListener('activate', (event) => event.waitUntil(activate()))
worker.addEventListener('message', ({ data }) => {
  if (data === 'take-over') void worker.skipWaiting()
})
worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== location.origin) return
  if (request.mode === 'navigate') {
    if (!SERVERS.test(pathname)) event.respondWith(fromCache(PAGE, request))
  } else if (SHELL.needed.includes(pathname) || SHELL.others.includes(pathname)) {
    event.respondWith(fromCache(pathname, request))
  }
})

/** All or nothing: a worker whose install fails is tried again later, and the old one goes on. */
async function install(): Promise<void> {
  const cache = await caches.open(CACHE)
  await Promise.all([keepPage(cache), ...SHELL.needed.map((path) => keep(cache, path))])
}

async function keepPage(cache: Cache): Promise<void> {
  const response = await fetch(PAGE, {
    cache: 'reload',
    credentials: 'omit',
    headers: { accept: 'text/html' },
  })
  const digest = await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer())
  const hash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  if (hash !== SHELL.page) throw new Error('The server has another build than this worker.')
  await cache.put(PAGE, response)
}

async function keep(cache: Cache, path: string): Promise<Response> {
  // A name with a hash in it means the same file in every build.
  const known = path.startsWith('/assets/') ? await caches.match(path) : undefined
  const response = known ?? (await fetch(path, { credentials: 'omit' }))
  if (!response.ok) throw new Error(`${path}: ${response.status}`)
  await cache.put(path, response.clone())
  return response
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name)
  }
  await worker.clients.claim()
}

async function fromCache(path: string, request: Request): Promise<Response> {
  const cache = await caches.open(CACHE)
  const known = await cache.match(path)
  if (known) return known
  // Evicted, or not needed until now.
  return path === PAGE ? fetch(request) : keep(cache, path)
}
