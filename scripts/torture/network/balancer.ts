/**
 * The load balancer of the bed: takes a client in, reads where it wants to go, and ties it to a node that is ready.
 *
 * It asks each node for /readyz four times a second; a node that does not say 200 in time gets nobody more and loses whom
 * it has. By document all clients of a letter meet on one node; at random they do not, and nothing may depend on that.
 */

import { get } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { Random } from '../../../test/harness/random.ts'
import { obey } from '../program.ts'
import type { BalancerOrders, Routing } from './balancer-orders.ts'

const ASK_EVERY_MS = 250
const ANSWER_MS = 1_000
const MAX_HEAD = 16_384
const UNAVAILABLE = 'HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'

interface Node {
  readonly port: number
  isReady: boolean
  readonly clients: Set<Socket>
}

let nodes: readonly Node[] = []
let routing: Routing = 'random'
let random = new Random(1)
let salt = 0

async function watch(node: Node): Promise<never> {
  for (;;) {
    const wasReady = node.isReady
    node.isReady = await isReady(node.port)
    // A node that drains sends its clients away itself; one that hangs never does.
    if (wasReady && !node.isReady && !(await isAlive(node.port))) letGo(node)
    await pause(ASK_EVERY_MS)
  }
}

function letGo({ clients }: Node): void {
  for (const client of clients) client.resetAndDestroy()
}

const isReady = (port: number) => says200(port, '/readyz')
const isAlive = (port: number) => says200(port, '/healthz')

function says200(port: number, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = get({ host: '127.0.0.1', port, path, agent: false, timeout: ANSWER_MS }, (answer) => {
      answer.resume()
      resolve(answer.statusCode === 200)
    })
    asked.on('timeout', () => asked.destroy())
    asked.on('error', () => resolve(false))
    asked.on('close', () => resolve(false))
  })
}

function choose(path: string): Node | undefined {
  const ready = nodes.filter((node) => node.isReady)
  if (routing === 'random') return ready[random.below(ready.length)]
  // The node whose hash with the letter is the greatest: a node that goes takes its own letters along and no others.
  const rank = ({ port }: Node) => hash(`${salt} ${port} ${path}`)
  return ready.sort((a, b) => rank(b) - rank(a))[0]
}

/** FNV-1a. */
function hash(text: string): number {
  let mixed = 0x811c9dc5
  for (const character of text) mixed = Math.imul(mixed ^ character.charCodeAt(0), 0x01000193)
  return mixed >>> 0
}

const server = createServer((client) => {
  client.setNoDelay(true)
  client.on('error', () => undefined)
  let head = ''
  client.on('data', function read(bytes: Buffer) {
    head += bytes.toString('latin1')
    if (head.length > MAX_HEAD) return void client.destroy()
    if (!head.includes('\r\n\r\n')) return
    client.off('data', read)
    tie(client, head)
  })
})

function tie(client: Socket, head: string): void {
  client.pause()
  const node = choose(head.split(' ', 2)[1] ?? '/')
  if (node === undefined) return void client.end(UNAVAILABLE)
  const upstream = connect(node.port, '127.0.0.1', () => {
    upstream.write(head, 'latin1')
    client.pipe(upstream)
    upstream.pipe(client)
  })
  upstream.setNoDelay(true)
  node.clients.add(client)
  upstream.on('error', () => client.resetAndDestroy())
  upstream.on('close', () => client.destroySoon())
  client.on('close', () => {
    node.clients.delete(client)
    upstream.destroy()
  })
}

obey<BalancerOrders>({
  start({ nodes: ports }) {
    nodes = ports.map((port) => ({ port, isReady: false, clients: new Set() }))
    for (const node of nodes) void watch(node)
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        resolve({ port: (server.address() as { port: number }).port }) // it listens on a port
      })
    })
  },

  route({ by, seed }) {
    routing = by
    random = new Random(seed)
    salt = seed
    return null
  },

  reroute() {
    salt += 1
    for (const node of nodes) letGo(node)
    return null
  },

  ready: () => ({ nodes: nodes.filter((node) => node.isReady).map(({ port }) => port) }),
})
