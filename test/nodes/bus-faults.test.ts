import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { Redis } from 'ioredis'
import type { Bus } from '../../server/pubsub/bus.ts'
import { RedisBus } from '../../server/pubsub/redis-bus.ts'
import { until } from '../harness/deadline.ts'
import { freePort } from '../harness/free-port.ts'
import { ownRedis } from '../harness/redis.ts'
import { RedisCluster, redisCli } from '../harness/redis-cluster.ts'
import type { RedisServer } from '../harness/redis-server.ts'
import { TcpProxy } from '../harness/tcp-proxy.ts'

/** A bus, and what it has told of itself. */
function openBus(...urls: readonly string[]) {
  const away: Error[] = []
  const bus = new RedisBus({ urls, onAway: (error) => void away.push(error) })
  const seen = { bus, away, backs: 0 }
  bus.onBack(() => {
    seen.backs++
  })
  return seen
}

/** Resolves when a message that was published from here is heard here. */
async function carries(bus: Bus): Promise<void> {
  const channel = randomUUID()
  let isHeard = false
  const subscription = bus.subscribe(channel, () => {
    isHeard = true
  })
  await until('the bus to carry messages', () => {
    bus.publish(channel, 'x')
    return isHeard
  })
  subscription.end()
}

describe('a bus over Redis', () => {
  let redis: RedisServer
  let buses: Bus[]

  const open = (url = redis.url) => {
    const opened = openBus(url)
    buses.push(opened.bus)
    return opened
  }

  before(async () => {
    redis = await ownRedis()
  })
  after(() => redis.close())
  beforeEach(() => {
    buses = []
  })
  afterEach(() => Promise.all(buses.map((bus) => bus.close())))

  for (const [fault, happens] of Object.entries({
    'is restarted': async () => {
      await redis.stop()
      await redis.start()
    },
    'closes the connection that listens': async () => {
      await redisCli('-p', String(redis.port), 'client', 'kill', 'type', 'pubsub')
    },
  })) {
    it(`[R4] says that it is back when Redis ${fault}, once it hears everything again`, async () => {
      const seen = open()
      const heard: string[] = []
      const channels = Array.from({ length: 50 }, () => randomUUID())
      for (const channel of channels) seen.bus.subscribe(channel, (message) => heard.push(message))
      await carries(seen.bus)
      const before = seen.backs

      const saysSo = new Promise<void>((resolve) => seen.bus.onBack(resolve))
      await happens()
      await saysSo
      // By way of a connection of its own, so that nothing is lost on the way there.
      const other = new Redis(redis.url)
      await Promise.all(channels.map((channel) => other.publish(`copperplate:${channel}`, channel)))
      await until('all channels to be heard', () => heard.length === channels.length, { seen: () => heard })
      expect(seen.backs).to.equal(before + 1)
      other.disconnect()
    })
  }

  it('[R3] drops what is published while Redis hangs, beyond a bound, and carries messages when it is there again', async function () {
    this.timeout(60_000)
    const { bus, away } = open()
    await carries(bus)
    const message = 'x'.repeat(10_000)
    const before = process.memoryUsage()
    process.kill(redis.pid!, 'SIGSTOP')
    let greatest = 0
    const hung = performance.now()
    // More than a gigabyte, for as long as it takes to give a connection up.
    for (let sent = 0; sent < 100_000 || away.length === 0; sent++) {
      bus.publish('a letter', `${sent} ${message}`)
      greatest = Math.max(greatest, bus.inHand)
      if (sent % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve))
      if (performance.now() - hung > 20_000) throw new Error('the connection was not given up')
    }
    const { heapUsed, external } = process.memoryUsage()
    expect(greatest).to.be.within(1024 * 1024, 4 * 1024 * 1024)
    expect(heapUsed + external - before.heapUsed - before.external).to.be.lessThan(100 * 1024 * 1024)
    expect(away).to.have.length(1)

    process.kill(redis.pid!, 'SIGCONT')
    await carries(bus)
    await until('nothing to be in hand', () => bus.inHand === 0)
    // It was away once.
    expect(away).to.have.length(1)
  })

  it('[R5] makes a listening connection anew that swallows what it is sent', async function () {
    this.timeout(60_000)
    const proxy = await TcpProxy.to(redis.port)
    const seen = open(proxy.through(redis.url))
    await carries(seen.bus)
    // Nothing is on its way, so that nobody waits for an answer.
    await seen.bus.subscribe('a letter', () => undefined).active
    await until('nothing to be in hand', () => seen.bus.inHand === 0)
    const { backs } = seen
    proxy.loses = 'everything'
    await until('the bus to notice', () => seen.away.length === 1, { ms: 15_000 })
    proxy.loses = 'nothing'
    await until('the bus to be back', () => seen.backs > backs, { ms: 15_000 })
    await carries(seen.bus)
    await seen.bus.close()
    await proxy.close()
  })

  it('[R3] that is not there neither waits nor fails, and is heard as soon as it is there', async () => {
    await redis.stop()
    const seen = open()
    const channel = randomUUID()
    const heard: string[] = []
    const subscription = seen.bus.subscribe(channel, (message) => heard.push(message))
    for (let sent = 0; sent < 100; sent++) seen.bus.publish(channel, 'lost')
    await until('the bus to notice', () => seen.away.length === 1)
    await until('nothing to be in hand', () => seen.bus.inHand === 0)
    await redis.start()
    await subscription.active
    await carries(seen.bus)
    expect(heard).to.deep.equal([])
  })

  it('lets go of its links while Redis is away', async () => {
    const { bus } = open(`redis://127.0.0.1:${await freePort()}`)
    bus.subscribe('a letter', () => undefined)
    await bus.close()
  })
})

describe('a bus over a Redis cluster', () => {
  let cluster: RedisCluster
  let seen: ReturnType<typeof openBus>

  before(async function () {
    this.timeout(60_000)
    cluster = await RedisCluster.create()
  })
  after(() => cluster.close())
  beforeEach(async () => {
    seen = openBus(...cluster.urls)
    await carries(seen.bus)
  })
  afterEach(() => seen.bus.close())

  it('listens to each channel at the one node that has its slot', async () => {
    const channels = Array.from({ length: 30 }, () => randomUUID())
    await Promise.all(channels.map((channel) => seen.bus.subscribe(channel, () => undefined).active))
    const counts: number[] = []
    for (const { port } of cluster.nodes) {
      const listened = (await redisCli('-p', String(port), 'pubsub', 'shardchannels')).trim().split('\n')
      const plain = (await redisCli('-p', String(port), 'pubsub', 'channels')).trim()
      expect(plain, 'channels that every node hears of').to.equal('')
      counts.push(channels.filter((channel) => listened.includes(`copperplate:${channel}`)).length)
    }
    expect(counts.reduce((sum, count) => sum + count)).to.equal(channels.length)
    expect(
      counts.every((count) => count > 0),
      `${counts}`,
    ).to.equal(true)
  })

  it('[R4] whose node is restarted says that it is back, and hears everything again', async function () {
    this.timeout(60_000)
    const channel = randomUUID()
    const heard: string[] = []
    await seen.bus.subscribe(channel, (message) => heard.push(message)).active
    const owner = await cluster.ownerOf(`copperplate:${channel}`)
    const { backs } = seen
    await owner.stop()
    await until('the bus to notice', () => seen.away.length === 1)
    await owner.start()
    await until('the bus to be back', () => seen.backs > backs)
    await until('the channel to be heard', () => {
      seen.bus.publish(channel, 'x')
      return heard.length > 0
    })
  })

  it('[R4] all of whose nodes are restarted says that it is back, and hears everything again', async function () {
    this.timeout(60_000)
    const channels = Array.from({ length: 30 }, () => randomUUID())
    const heard = new Set<string>()
    for (const channel of channels) seen.bus.subscribe(channel, () => heard.add(channel))
    await Promise.all(cluster.nodes.map((node) => node.stop()))
    await until('the bus to notice', () => seen.away.length === 1)
    await Promise.all(cluster.nodes.map((node) => node.start()))
    await until(
      'all channels to be heard',
      () => {
        for (const channel of channels) if (!heard.has(channel)) seen.bus.publish(channel, 'x')
        return heard.size === channels.length
      },
      { ms: 20_000, seen: () => heard.size },
    )
  })

  it('[R4] a slot of which moves goes on listening where it is', async function () {
    this.timeout(60_000)
    const channel = randomUUID()
    const heard: string[] = []
    await seen.bus.subscribe(channel, (message) => heard.push(message)).active
    const from = await cluster.ownerOf(`copperplate:${channel}`)
    const to = cluster.nodes.find((node) => node !== from)!
    await cluster.moveSlot(`copperplate:${channel}`, from, to)
    await until('the channel to be listened to at the other node', async () =>
      (await redisCli('-p', String(to.port), 'pubsub', 'shardchannels')).includes(channel),
    )
    await until('the channel to be heard', () => {
      seen.bus.publish(channel, 'x')
      return heard.length > 0
    })
  })
})
