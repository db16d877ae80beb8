/** Three Redis servers that are one cluster, each with a third of the slots and nobody to replace it. */

import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { until } from './deadline.ts'
import { freePort } from './free-port.ts'
import { RedisServer } from './redis-server.ts'

const NODES = 3

export class RedisCluster {
  readonly nodes: readonly RedisServer[]

  private constructor(nodes: readonly RedisServer[]) {
    this.nodes = nodes
  }

  /** To be closed by whoever made it. Resolves when every node agrees that the cluster is whole. */
  static async create(): Promise<RedisCluster> {
    const nodes: RedisServer[] = []
    while (nodes.length < NODES) {
      // Left to itself it talks to its fellows 10,000 ports above its own, which need not exist.
      const settings = { 'cluster-enabled': 'yes', 'cluster-port': String(await freePort()) }
      nodes.push(await RedisServer.create({ settings }))
    }
    const cluster = new RedisCluster(nodes)
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`)
    await redisCli('--cluster', 'create', ...addresses, '--cluster-yes')
    for (const { port } of nodes) {
      await until('the cluster to be whole', async () => {
        const info = await redisCli('-p', String(port), 'cluster', 'info')
        return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${NODES}`)
      })
    }
    return cluster
  }

  get urls(): readonly string[] {
    return this.nodes.map(({ url }) => url)
  }

  /** The node that has the slot of a channel. */
  async ownerOf(channel: string): Promise<RedisServer> {
    const slot = Number(await redisCli('-p', String(this.nodes[0]!.port), 'cluster', 'keyslot', channel))
    const lines = (await redisCli('-p', String(this.nodes[0]!.port), 'cluster', 'nodes')).trim().split('\n')
    // "<id> 127.0.0.1:7000@17000 master - 0 0 1 connected 0-5460"
    const owner = lines.find((line) =>
      line
        .split(' ')
        .slice(8)
        .some((range) => {
          const [first, last = first] = range.split('-').map(Number)
          return first! <= slot && slot <= last!
        }),
    )
    return this.nodes.find(({ port }) => owner?.includes(`:${port}@`))!
  }

  /** Gives the slot of a channel to another node. */
  async moveSlot(channel: string, from: RedisServer, to: RedisServer): Promise<void> {
    const at = (node: RedisServer, ...args: readonly string[]) => redisCli('-p', String(node.port), ...args)
    const slot = (await at(to, 'cluster', 'keyslot', channel)).trim()
    const [source, target] = [await at(from, 'cluster', 'myid'), await at(to, 'cluster', 'myid')]
    // A node that was not importing the slot takes it without a new epoch, and may have to give it back.
    await at(to, 'cluster', 'setslot', slot, 'importing', source.trim())
    await at(from, 'cluster', 'setslot', slot, 'migrating', target.trim())
    for (const node of [to, from]) await at(node, 'cluster', 'setslot', slot, 'node', target.trim())
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()))
  }
}

/** What redis-cli prints. */
export async function redisCli(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)('redis-cli', args)).stdout
}
