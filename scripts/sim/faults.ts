import type { Client } from './client.ts'
import { sendAgain, sendPoison } from './hostile.ts'
import type { Mishap, Stage } from './log-link.ts'
import { type BusWeather, FAIR } from './model-bus.ts'
import type { Machine, World } from './world.ts'

/**
 * What goes wrong. Each begins at a moment of its own and lasts for a while, whatever else is going on.
 *
 * @returns ends it
 */
type Fault = (world: World, ms: number) => (() => void) | undefined

const MISHAPS: readonly Mishap[] = ['refused', 'unreachable', 'cut before', 'cut after']
/** Tabs and all. */
const MAX_CLIENTS = 10
const STAGES: readonly Stage[] = ['before commit', 'after commit', 'after publish']

export const FAULTS: Readonly<Record<string, Fault>> = {
  'a socket is cut': (world) => {
    someone(world).line?.cut()
    return undefined
  },
  'a client flaps': (world, ms) => {
    const client = someone(world)
    for (let at = 0; at < ms; at += 100 + world.random.next() * 800) {
      world.time.after(at, null, () => world.isHealed || client.line?.cut())
    }
    return undefined
  },
  'what a client says is swallowed': (world) => swallow(someone(world), 'up'),
  'what a client is told is swallowed': (world) => swallow(someone(world), 'down'),
  'a line is slow': (world, ms) => {
    const { line } = someone(world)
    if (line === null) return undefined
    line.up.extraMs = line.down.extraMs = world.random.next() * Math.min(ms, 1_500)
    return () => {
      line.up.extraMs = line.down.extraMs = 0
    }
  },
  'a client reads nothing': (world) => {
    const { line } = someone(world)
    const end = line?.server
    end?.stall()
    return () => end?.goOn()
  },
  'a client is offline': (world) => goOffline(world, [someone(world)]),
  'a tab is killed': (world) => {
    world.reopen(someone(world))
    return undefined
  },
  'a tab is closed': (world) => {
    const client = someone(world)
    if (client.isOwn) void world.closeTab(client)
    return undefined
  },
  'a tab is killed while edits wait': (world, ms) => {
    const end = world.time.now() + ms
    const look = (): void => {
      const client = world.clients.find(({ isOwn, editor }) => isOwn && editor.hasQueue())
      if (client !== undefined) world.reopen(client)
      else if (world.time.now() < end && !world.isHealed) world.time.after(3, null, look)
    }
    look()
    return undefined
  },
  'a tab is killed when it sends an op': (world) => {
    const own = world.clients.filter(({ isOwn }) => isOwn)
    if (own.length === 0) return undefined
    const client = world.random.pick(own)
    client.onSend = () => {
      client.onSend = () => undefined
      world.time.after(world.random.next() * 60, null, () => world.isHealed || world.reopen(client))
    }
    return () => {
      client.onSend = () => undefined
    }
  },
  'a device is full': (world) => {
    const { browser } = someone(world)
    browser.isFull = true
    return () => {
      browser.isFull = false
    }
  },
  'a second tab is opened': (world) => {
    const client = someone(world)
    if (client.isOwn && world.clients.length < MAX_CLIENTS)
      world.clients.push(client.again(`${client.name}+`))
    return undefined
  },
  'the tabs of a browser are offline': (world, ms) => {
    const own = world.clients.filter(({ isOwn }) => isOwn)
    if (own.length > 0) loseNetwork(world, world.random.pick(own), 2_500 + ms)
    return undefined
  },
  'a tab is killed when it takes what was written in another': (world, ms) => {
    const own = world.clients.filter(({ isOwn }) => isOwn)
    if (own.length === 0) return undefined
    const client = world.random.pick(own)
    loseNetwork(world, client, 2_500 + ms)
    client.browser.onTaken = (taker) => {
      const host = world.clients.find((tab) => tab === taker)
      if (host === undefined || world.random.chance(0.3)) return
      client.browser.onTaken = () => undefined
      const soon = world.random.chance(0.5) ? 0 : world.random.next() * 60
      world.time.after(soon, null, () => world.isHealed || world.reopen(host))
    }
    return undefined
  },
  'one of two tabs is killed for good': (world) => {
    const { clients, random } = world
    const pairs = clients.filter(
      ({ browser }) => clients.filter((other) => other.browser === browser).length > 1,
    )
    if (pairs.length === 0) return undefined
    const gone = random.pick(pairs)
    gone.kill()
    clients.splice(clients.indexOf(gone), 1)
    return undefined
  },
  'an op is refused': (world) => {
    const client = someone(world)
    client.refusesNext = client.isOwn
    return () => {
      client.refusesNext = false
    }
  },
  'a node is killed': (world) => {
    const machine = some(world)
    machine.node.kill()
    return () => world.restart(machine)
  },
  'a node is killed at an append': (world) => {
    const machine = some(world)
    machine.node.link.killAt = world.random.pick(STAGES)
    return () => {
      machine.node.link.killAt = null
      world.restart(machine)
    }
  },
  'a node is drained': (world) => {
    const machine = some(world)
    const { node } = machine
    if (!node.isDraining && !node.isGone) world.time.after(0, node, () => void node.drain())
    return () => world.restart(machine)
  },
  'messages between nodes are lost': (world) => weather(world, { lost: world.random.chance(0.5) ? 1 : 0.5 }),
  'messages between nodes are doubled': (world) => weather(world, { doubled: 0.7 }),
  'messages between nodes are late': (world) => weather(world, { slowestMs: 700 }),
  'the bus is away': (world) => {
    const links = world.random.chance(0.5)
      ? [some(world).node.bus]
      : world.machines.map(({ node }) => node.bus)
    for (const link of links) link.goAway()
    return () => {
      for (const link of links) world.time.after(0, link.owner, () => link.comeBack())
    }
  },
  'the database is away': (world, ms) => {
    for (const { link } of linked(world)) link.awayUntil = world.time.now() + ms
    return undefined
  },
  'the database stands still': (world) => {
    const nodes = linked(world)
    for (const { link } of nodes) link.standStill()
    return () => {
      for (const { link } of nodes) link.goOn()
    }
  },
  'appends fail': (world) => {
    const { link } = some(world).node
    for (let count = 1 + world.random.below(3); count > 0; count--)
      link.appendMishaps.push(world.random.pick(MISHAPS))
    return undefined
  },
  'answers to appends are lost': (world) => {
    for (const { node } of world.machines) node.link.appendMishaps.push('cut after')
    return undefined
  },
  'other statements fail': (world) => {
    const { link } = some(world).node
    for (let count = 1 + world.random.below(4); count > 0; count--)
      link.otherMishaps.push(world.random.pick(MISHAPS))
    return undefined
  },
  'somebody sends poison': (world) => sendPoison(world),
  'an op is sent again': (world) => sendAgain(world, someone(world)),
}

/** Draws what goes wrong in a run of `ms`, and lets it. Answers how often each did. */
export function unleash(world: World, ms: number): Map<string, number> {
  const { random, time, trace } = world
  const names = Object.keys(FAULTS)
  const counts = new Map<string, number>()
  // One run in eight is fair, so that what is found there is no fault's doing.
  const count = random.chance(0.125) ? 0 : 1 + random.below(9)
  for (let index = 0; index < count; index++) {
    const name = random.pick(names)
    const begins = random.next() * ms
    const lasts = 50 + random.next() ** 2 * 5_000
    counts.set(name, (counts.get(name) ?? 0) + 1)
    time.after(begins, null, () => {
      trace.note('fault', `${name} for ${lasts}`)
      const end = FAULTS[name]!(world, lasts)
      if (end === undefined) return
      time.after(lasts, null, () => {
        trace.note('fault', `${name}: over`)
        end()
      })
    })
  }
  return counts
}

/** Nothing goes wrong any more, and everybody is told so. */
export function heal(world: World): void {
  const { time, trace } = world
  trace.note('fault', 'all over')
  world.isHealed = true
  world.bus.clear()
  for (const machine of world.machines) {
    const { link } = machine.node
    link.killAt = null
    link.awayUntil = 0
    link.goOn()
    link.appendMishaps.length = link.otherMishaps.length = 0
    world.restart(machine)
  }
  for (const client of [...world.clients, ...world.closing]) {
    client.isOffline = client.refusesNext = client.browser.isFull = false
    client.browser.onTaken = () => undefined
    client.cutUnsound()
    time.after(20, client, () => client.editor.wake())
  }
}

/** @returns ends it */
function goOffline({ random, time }: World, clients: readonly Client[]): () => void {
  for (const client of clients) {
    client.isOffline = true
    client.line?.cut()
  }
  return () => {
    for (const client of clients) {
      client.isOffline = false
      if (random.chance(0.7)) time.after(0, client, () => client.editor.wake())
    }
  }
}

/** A person's tabs, two at least, have no network for a while, and are written in. */
function loseNetwork(world: World, client: Client, ms: number): void {
  const { time, random, clients } = world
  const { browser } = client
  const tabs = () => clients.filter((each) => each.browser === browser)
  if (tabs().length === 1 && clients.length < MAX_CLIENTS) clients.push(client.again(`${client.name}+`))
  const during = (ms: number, task: () => void) =>
    void time.after(ms, null, () => {
      if (!world.isHealed && tabs().length > 0) task()
    })
  const opening = 300
  during(opening, () => {
    const end = goOffline(world, tabs())
    during(ms, end)
  })
  // It takes a second until they say so.
  during(opening + 1_100, () => tabs()[0]!.edit())
  for (let count = 3 + random.below(9); count > 0; count--)
    during(opening + 1_150 + random.next() ** 2 * ms, () => random.pick(tabs()).edit())
}

function someone({ random, clients }: World): Client {
  return random.pick(clients)
}

function some({ random, machines }: World): Machine {
  return random.pick(machines)
}

/** The links of one node, or of all. */
function linked(world: World) {
  const machines = world.random.chance(0.5) ? [some(world)] : world.machines
  return machines.map(({ node }) => node)
}

function weather({ bus }: World, more: Partial<BusWeather>): () => void {
  bus.weather = { ...bus.weather, ...more }
  const fair = Object.fromEntries(Object.keys(more).map((key) => [key, FAIR[key as keyof BusWeather]]))
  return () => {
    bus.weather = { ...bus.weather, ...fair }
  }
}

/** Half open: nobody is told, until the line is given up. */
function swallow({ line }: Client, way: 'up' | 'down'): (() => void) | undefined {
  if (line === null) return undefined
  line[way].isSwallowing = true
  return () => line.cut()
}
