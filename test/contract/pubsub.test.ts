import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import type { Bus } from '../../server/pubsub/bus.ts'
import { MemoryBus } from '../../server/pubsub/memory-bus.ts'
import { RedisBus } from '../../server/pubsub/redis-bus.ts'
import { SharePubSub } from '../../server/sync/share-pubsub.ts'
import { until } from '../harness/deadline.ts'
import { sharedRedisUrl } from '../harness/redis.ts'
import { RedisCluster } from '../harness/redis-cluster.ts'

const shareDbSuite = createRequire(import.meta.url)('sharedb/test/pubsub.js') as (
  create: (callback: (error: unknown, pubsub?: SharePubSub) => void) => void,
) => void

const onAway = (error: Error) => {
  throw error
}

interface Kind {
  /** @returns what ends it */
  prepare(): Promise<() => Promise<void>>
  open(): Bus
}

let cluster: RedisCluster

const kinds: Record<string, Kind> = {
  'in this process': {
    prepare: async () => async () => undefined,
    open: () => new MemoryBus(),
  },
  'over Redis': {
    prepare: async () => async () => undefined,
    open: () => new RedisBus({ urls: [sharedRedisUrl()], onAway }),
  },
  'over a Redis cluster': {
    prepare: async () => {
      cluster = await RedisCluster.create()
      return () => cluster.close()
    },
    // Whoever knows some of the nodes knows them all.
    open: () => new RedisBus({ urls: cluster.urls.slice(1), onAway }),
  },
}

for (const [kind, { prepare, open: openBus }] of Object.entries(kinds)) {
  describe(`a bus ${kind}`, () => {
    let end: () => Promise<void>
    let buses: Bus[]

    before(async function () {
      this.timeout(60_000)
      end = await prepare()
    })
    after(() => end())
    beforeEach(() => {
      buses = []
    })
    afterEach(() => Promise.all(buses.map((bus) => bus.close())))

    /** A bus both of whose links are there: until then it drops what is published. */
    async function open(): Promise<Bus> {
      const bus = openBus()
      buses.push(bus)
      const channel = randomUUID()
      let isThere = false
      const probe = bus.subscribe(channel, () => {
        isThere = true
      })
      await until('the bus to carry messages', () => {
        bus.publish(channel, 'are you there')
        return isThere
      })
      probe.end()
      return bus
    }

    describe("ShareDB's own suite", () => {
      shareDbSuite((callback) => void open().then((bus) => callback(null, new SharePubSub(bus)), callback))
    })

    it('carries a message to every listener of its channel, and to no other', async () => {
      const bus = await open()
      const heard: string[] = []
      bus.subscribe('letters/a', (message) => heard.push(`first ${message}`))
      bus.subscribe('letters/a', (message) => heard.push(`second ${message}`))
      bus.subscribe('letters/b', (message) => heard.push(`other ${message}`))

      await until('both have heard it', () => {
        if (heard.length === 0) bus.publish('letters/a', '1')
        return heard.length >= 2
      })

      expect(heard.slice(0, 2)).to.deep.equal(['first 1', 'second 1'])
      expect(heard).to.not.include('other 1')
    })

    it('carries nothing to a listener that has left', async () => {
      const bus = await open()
      const left: string[] = []
      const stayed: string[] = []
      const leave = bus.subscribe('letters/a', (message) => left.push(message))
      bus.subscribe('letters/a', (message) => stayed.push(message))
      leave.end()
      leave.end()

      await until('the other one has heard', () => {
        bus.publish('letters/a', 'x')
        return stayed.length > 0
      })

      expect(left).to.deep.equal([])
    })

    it('carries messages of many channels from one node to another', async () => {
      const here = await open()
      const there = kind === 'in this process' ? here : await open()
      const channels = Array.from({ length: 300 }, () => `letters/${randomUUID()}`)
      const heard = new Set<string>()
      const subscriptions = channels.map((channel) =>
        there.subscribe(channel, (message) => heard.add(`${channel} ${message}`)),
      )
      await Promise.all(subscriptions.map(({ active }) => active))

      await until('all have been heard', () => {
        for (const channel of channels) if (!heard.has(`${channel} 1`)) here.publish(channel, '1')
        return heard.size === channels.length
      })

      for (const subscription of subscriptions) subscription.end()
    })
  })
}
