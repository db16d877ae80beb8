/** Does to the bed what a schedule says. Each fault resolves when what it did is undone. */

import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import pg from 'pg'
import { Random } from '../../test/harness/random.ts'
import type { Bed } from './bed.ts'
import type { FaultName } from './faults.ts'
import { breakLog } from './hole.ts'
import type { LineFault } from './network/network-orders.ts'
import { poison } from './poison.ts'
import type { Fault } from './schedule.ts'

/** What a fault needs to know of the schedule it is part of. */
export interface Stage {
  readonly bed: Bed
  readonly letters: readonly string[]
  /** Kills a client, and brings it back after that time. */
  readonly killClient: (client: number, forMs: number) => Promise<void>
  /** What went wrong that only the fault could see; a sentence each. */
  readonly complain: (what: string) => void
}

type Inflict = (stage: Stage, fault: Fault) => Promise<void>

const SKEW_MS = 10 * 60_000
const CHANNELS = 'copperplate:*'

const WAYS: Readonly<Record<FaultName, Inflict>> = {
  'node killed': ({ bed }, { target, forMs }) => restartNode(bed, target, forMs),
  async 'node paused'({ bed }, { target, forMs }) {
    bed.nodes[target]!.signal('SIGSTOP')
    await pause(forMs)
    bed.nodes[target]!.signal('SIGCONT')
  },
  async 'node drained'({ bed }, { target, forMs }) {
    await bed.nodes[target]!.drain()
    await pause(forMs)
    await bed.nodes[target]!.start()
  },
  'node with another clock': ({ bed }, { target, forMs, seed }) =>
    restartNode(bed, target, forMs, new Random(seed).chance(0.5) ? SKEW_MS : -SKEW_MS),
  'node unreachable': (stage, fault) => spoil(stage, 'node', fault, { loses: 'everything' }),
  'node far away': (stage, fault) => spoil(stage, 'node', fault, { delayMs: 150 }),
  'node cut off from its clients': ({ bed }, { target }) => cut(bed, `node ${target}`),

  'answers of Postgres lost': (stage, fault) => spoil(stage, 'postgres', fault, { loses: 'answers' }),
  'connections to Postgres cut': ({ bed }, { target }) => cut(bed, `postgres ${target}`),
  'Postgres far away': (stage, fault) => spoil(stage, 'postgres', fault, { delayMs: 80 }),
  async 'sessions of Postgres ended'({ bed }) {
    await asSuperuser(bed, (client) =>
      client.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'copperplate'`,
      ),
    )
  },
  async 'Postgres restarted'({ bed }) {
    await bed.restartPostgres()
  },
  async 'Postgres paused'({ bed }, { forMs }) {
    const pids = bed.postgres.pids()
    signal(pids, 'SIGSTOP')
    await pause(forMs)
    signal(pids, 'SIGCONT')
  },
  async 'log locked'({ bed }, { forMs }) {
    await asSuperuser(bed, async (client) => {
      await client.query('begin')
      await client.query('lock table ops in access exclusive mode')
      await pause(forMs)
      await client.query('rollback')
    })
  },

  async 'Redis restarted'({ bed }, { forMs }) {
    await bed.restartRedis(forMs)
  },
  async 'Redis paused'({ bed }, { forMs }) {
    const pids = [bed.redis.pid!]
    signal(pids, 'SIGSTOP')
    await pause(forMs)
    signal(pids, 'SIGCONT')
  },
  'Redis unreachable': (stage, fault) => spoil(stage, 'redis', fault, { loses: 'everything' }),
  async 'subscriptions of Redis ended'({ bed }) {
    await withRedis(bed, (redis) => redis.call('client', 'kill', 'type', 'pubsub'))
  },
  async 'messages doubled and shuffled'({ bed }, { forMs, seed }) {
    await withRedis(bed, (redis) => shuffle(redis, forMs, new Random(seed)))
  },

  async 'client flaps'({ bed }, { target, forMs, seed }) {
    const random = new Random(seed)
    for (let left = forMs; left > 0; ) {
      await cut(bed, `client ${target}`)
      const ms = 100 + random.below(500)
      await pause(ms)
      left -= ms
    }
  },
  'client half open': (stage, fault) => spoil(stage, 'client', fault, { loses: 'everything' }),
  'answers to client lost': (stage, fault) => spoil(stage, 'client', fault, { loses: 'answers' }),
  'client far away': (stage, fault) => spoil(stage, 'client', fault, { delayMs: 200 }),
  'client does not read': (stage, fault) => spoil(stage, 'client', fault, { stalls: true }),
  'client killed': ({ killClient }, { target, forMs }) => killClient(target, forMs),
  async 'clients rerouted'({ bed }) {
    await bed.balancer.order('reroute', null)
  },

  'poisoned ops': (stage, { target, seed }) => poison(stage, stage.letters[target]!, new Random(seed)),
  'hole in a log': (stage, { seed }) => breakLog(stage, new Random(seed)),
}

export function inflict(stage: Stage, fault: Fault): Promise<void> {
  return WAYS[fault.name](stage, fault)
}

let lastFault = 0

async function spoil({ bed }: Stage, what: string, { target, forMs }: Fault, as: LineFault): Promise<void> {
  const fault = ++lastFault
  const line = `${what} ${target}`
  await bed.network.order('spoil', { line, fault, as })
  await pause(forMs)
  await bed.network.order('mend', { line, fault })
}

async function cut(bed: Bed, line: string): Promise<void> {
  await bed.network.order('cut', { line })
}

async function restartNode(bed: Bed, target: number, forMs: number, skewMs = 0): Promise<void> {
  await bed.nodes[target]!.kill()
  await pause(forMs)
  await bed.nodes[target]!.start(skewMs)
}

/** Postgres may be down because of another fault; then this one does not happen. */
async function asSuperuser(bed: Bed, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: bed.postgres.url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await work(client)
  } catch {
    // Ended by the other fault.
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The same goes for Redis. */
async function withRedis(bed: Bed, work: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(bed.redis.url, {
    ...{ lazyConnect: true, retryStrategy: null, enableOfflineQueue: false },
    ...{ commandTimeout: 2_000, connectTimeout: 2_000 },
  })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    await work(redis)
  } catch {
    // Ended by the other fault.
  } finally {
    redis.disconnect()
  }
}

/** Says again what the nodes say to each other, late, several times and in no order. */
async function shuffle(redis: Redis, forMs: number, random: Random): Promise<void> {
  const said: [channel: string, message: string][] = []
  const listener = redis.duplicate()
  listener.on('error', () => undefined)
  listener.on('pmessage', (_pattern, channel: string, message: string) => said.push([channel, message]))
  try {
    await listener.connect()
    await listener.psubscribe(CHANNELS)
    for (const end = Date.now() + forMs; Date.now() < end; ) {
      await pause(20)
      if (said.length > 0) await redis.publish(...random.pick(said.slice(-200)))
    }
  } finally {
    listener.disconnect()
  }
}

function signal(pids: readonly number[], name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch (error) {
      // A session of Postgres that has just ended.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }
}
