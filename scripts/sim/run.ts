import { letter as letterType } from '../../ot/types.ts'
import { check, type Violation, wordsOf } from './checker.ts'
import { heal, unleash } from './faults.ts'
import { Inspector } from './inspector.ts'
import type { Entry } from './ledger.ts'
import { type Parts, REAL } from './parts.ts'
import { World } from './world.ts'

/** What a run came to. */
export interface RunResult {
  readonly seed: number
  /** Edits that clients made. */
  readonly ops: number
  readonly violations: readonly Violation[]
  /** Errors that nobody caught: each would have ended a node. */
  readonly unscheduledExits: number
  /** How often each fault was let loose. */
  readonly faults: ReadonlyMap<string, number>
  /** How often a node lost a race for a version, and a client sent an op once more. */
  readonly lostRaces: number
  readonly resends: number
  /** How often a tab took what was written in another one. */
  readonly given: number
  /** From the end of all faults until everybody was level, milliseconds of the run's clock. */
  readonly healMs: number
  /** Of everything that happened: the same for the same seed. */
  readonly hash: string
  readonly trace: readonly string[]
}

/** Longest until everybody is level again. */
const MAX_HEAL_MS = 10_000
/** Nodes find out within a second or two what the clients of others did last. */
const REST_MS = 2_500

/** One run: a world drawn from the seed, people who write, what goes wrong, and what is left when nothing does any more. */
export async function simulate(seed: number, parts: Parts = REAL, isTraced = false): Promise<RunResult> {
  const world = new World(seed, parts, isTraced)
  const { time, random } = world
  const violations: Violation[] = []
  let faults = new Map<string, number>()
  let healMs = 0
  try {
    await begin(world)
    const inspector = new Inspector(world)
    const ms = 3_000 + random.next() * 6_000
    write(world, ms)
    // With no bus at all the nodes have nothing but the log.
    if (random.chance(0.15)) world.bus.weather = { ...world.bus.weather, lost: 1 }
    faults = unleash(world, ms)
    await time.pass(ms)
    heal(world)
    const healed = time.now()
    await time.pass(MAX_HEAL_MS, () => isLevel(world))
    healMs = time.now() - healed
    if (!isLevel(world))
      violations.push({ kind: 'other', message: `not at rest ${MAX_HEAL_MS} ms after the last fault` })
    await time.pass(REST_MS)
    violations.push(...inspector.violations.map((message) => ({ kind: 'other' as const, message })))
    violations.push(...check(world))
  } catch (error) {
    violations.push({ kind: 'other', message: `the run ended: ${wordsOf(error)}` })
  } finally {
    world.close()
  }
  const { uncaught } = time
  violations.push(
    ...uncaught.map((error) => ({ kind: 'other' as const, message: `nobody caught ${wordsOf(error)}` })),
  )
  return {
    ...{ seed, ops: world.ledger.ops, violations, unscheduledExits: uncaught.length, faults, healMs },
    ...{ lostRaces: world.database.lostRaces, resends: world.resends },
    given: world.browsers.reduce((sum, { given }) => sum + given, 0),
    ...{ hash: world.trace.digest(), trace: world.trace.lines },
  }
}

/** Letters are made, and clients open them. */
async function begin(world: World): Promise<void> {
  const { time, random, letters, machines, house, database } = world
  const { node } = random.pick(machines)
  const { member } = world.newMember()
  for (const id of letters) {
    const change = { create: { type: letterType.uri, data: { ops: [{ insert: '\n' }] } } }
    const source = house.sources.issueForCreating(member, id)
    time.after(0, node, () => {
      const submission = { change, base: null, source, seq: 1, author: member, origin: null }
      void node.documents.submit({ collection: 'letters', id }, submission)
    })
  }
  await time.pass(5_000, () => letters.every((id) => database.find('letters', id)?.version === 1))
  const clients = 2 + random.below(5)
  for (let index = 0; index < clients; index++) world.addClient(random.chance(0.5))
}

/** People write for `ms`, some more than others, now and then many keys at once. */
function write({ time, random, clients }: World, ms: number): void {
  for (let who = 0; who < clients.length; who++) {
    const edits = 2 + random.below(10)
    for (let index = 0; index < edits; index++) {
      const at = random.next() * ms
      const keys = random.chance(0.2) ? 1 + random.below(5) : 1
      for (let key = 0; key < keys; key++)
        time.after(at + key * random.next() * 120, null, () => clients[who % clients.length]!.edit())
    }
  }
}

function isLevel({ database, clients, closing, ledger }: World): boolean {
  if (closing.size > 0) return false
  // What a tab that is gone had kept is delivered, or shown as a draft.
  const logOf = (letter: string) => database.document(database.number('letters', letter)!)!.ops
  const isThere = (entry: Entry) =>
    entry.state !== 'kept' ||
    ledger.mayBeAbsent(entry) ||
    logOf(entry.letter).some((op) => op?.body.includes(entry.token))
  if (!clients.every(({ browser }) => [...browser.kept].every(isThere))) return false
  if (!clients.every((client) => client.isLevelWith(database.find('letters', client.letter)!.version)))
    return false
  return clients.every(({ browser }) => browser.isDelivered)
}
