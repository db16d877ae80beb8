/**
 * A load balancer of our own, on free ports of 127.0.0.1: HAProxy or nginx, with the configuration of scripts/deploy, in
 * which nothing is changed but where things are.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { get } from 'node:https'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { certificate } from './certificate.ts'
import { PATIENCE_MS, until, within } from './deadline.ts'
import { freePort } from './free-port.ts'
import { mustEnd } from './leftovers.ts'
import { findHaproxy, findNginx } from './programs.ts'
import { scratchFolder } from './scratch.ts'

export type BalancerKind = 'haproxy' | 'nginx'

/** `by letter` is what the configuration says; `in turns` sends each socket to the next node, whatever it is for. */
export type Routing = 'by letter' | 'in turns'

export interface Balancer {
  /** `https://127.0.0.1:<port>` */
  readonly url: string
  /** Answers every request with the address above. */
  readonly plainUrl: string
  /** What its clients have to trust, PEM. */
  readonly ca: string
  close(): Promise<void>
}

interface Place {
  readonly folder: string
  readonly config: string
  readonly http: number
  readonly https: number
}

interface Kind {
  readonly find: () => string | null
  readonly template: string
  args(place: Place): readonly string[]
  /** What is written differently in a test: from, to. */
  changes(place: Place, routing: Routing): readonly (readonly [string, string])[]
}

/** Debian's nginx writes to folders of root's; these are of whoever runs it. */
const TEMPORARY = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

const KINDS: Readonly<Record<BalancerKind, Kind>> = {
  haproxy: {
    find: findHaproxy,
    template: 'haproxy.cfg',
    args: ({ config }) => ['-db', '-f', config],
    changes: ({ http, https }, routing) => [
      ['bind :80', `bind 127.0.0.1:${http}`],
      ['bind :443', `bind 127.0.0.1:${https}`],
      ...(routing === 'by letter' ? [] : ([['balance hash path,field(4,/)', 'balance roundrobin']] as const)),
    ],
  },
  nginx: {
    find: findNginx,
    template: 'nginx.conf',
    args: ({ config, folder }) => ['-c', config, '-p', folder, '-e', 'stderr', '-g', 'daemon off;'],
    changes: ({ http, https, folder }, routing) => [
      ['listen 80;', `listen 127.0.0.1:${http};`],
      ['listen 443 ssl;', `listen 127.0.0.1:${https} ssl;`],
      ['/run/nginx.pid', join(folder, 'pid')],
      ['/var/log/nginx/access.log', join(folder, 'access.log')],
      ['/var/log/nginx/error.log', 'stderr'],
      [
        'http {\n',
        `http {\n${TEMPORARY.map((name) => `${name}_temp_path ${join(folder, name)};\n`).join('')}`,
      ],
      ...(routing === 'by letter' ? [] : ([['hash $letter consistent;', '']] as const)),
    ],
  },
}

/**
 * In front of nodes that listen on these ports of 127.0.0.1. Resolves when it has asked one of them something.
 *
 * @throws with everything it printed, when it ends or does not answer
 */
export async function startBalancer(
  kind: BalancerKind,
  nodes: readonly number[],
  routing: Routing = 'by letter',
): Promise<Balancer> {
  const { find, template, args, changes } = KINDS[kind]
  const program = find()
  if (program === null) throw new Error(`There is no ${kind} on this machine.`)
  const { ca, path } = await certificate()
  const folder = scratchFolder(kind)
  const place = { folder, config: join(folder, template), http: await freePort(), https: await freePort() }
  writeFileSync(
    place.config,
    rewritten(
      readFileSync(fileURLToPath(new URL(`../../scripts/deploy/${template}`, import.meta.url)), 'utf8'),
      [
        ['/etc/copperplate/tls.pem', path],
        ...nodes.map((port, index) => [`node-${index + 1}:3000`, `127.0.0.1:${port}`] as const),
        ...changes(place, routing),
      ],
    ),
  )

  const child = spawn(program, args(place), { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000)
    })
  }
  let isOver = false
  const exited = once(child, 'close').then(() => {
    isOver = true
  })
  const close = async () => {
    child.kill('SIGTERM')
    await within(PATIENCE_MS, `${kind} to end`, exited, () => output)
    rmSync(folder, { recursive: true, force: true })
    forget()
  }
  const forget = mustEnd(`${kind} with pid ${child.pid}`, close)

  const url = `https://127.0.0.1:${place.https}`
  try {
    await until(`${kind} to reach a node`, async () => isOver || (await answers(`${url}/readyz`, ca)), {
      seen: () => output,
    })
    if (isOver) throw new Error(`${kind} ended at its start:\n${output}`)
  } catch (error) {
    await close()
    throw error
  }
  return { url, plainUrl: `http://127.0.0.1:${place.http}`, ca, close }
}

/** @throws Error when something to be changed is not there, because then the test would run something else */
function rewritten(text: string, changes: readonly (readonly [string, string])[]): string {
  let changed = text
  for (const [from, to] of changes) {
    if (!changed.includes(from)) throw new Error(`The configuration does not say "${from}" any more.`)
    changed = changed.replaceAll(from, () => to)
  }
  return changed
}

function answers(url: string, ca: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, { ca, agent: false }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    }).on('error', () => resolve(false))
  })
}
