import type { LoggedOp as Op, OpRecord } from '../../ot/logged-op.ts'
import { LoggedOp } from '../../ot/logged-op.ts'
import { documentType, letter as letterType } from '../../ot/types.ts'
import { applyLogged, NOTHING } from '../../server/doc/step.ts'
import type { Snapshot } from '../../server/doc/types.ts'
import { tokensIn } from './ledger.ts'
import type { ModelDocument } from './model-database.ts'
import type { World } from './world.ts'

/** What is wrong, sorted by what a person would call it. */
export interface Violation {
  readonly kind: 'lost' | 'duplicated' | 'diverged' | 'other'
  /** The invariant of FAULTS, in words. */
  readonly message: string
}

/** Compares everybody's memory with the log, when everything has come to rest. */
export function check(world: World): Violation[] {
  const found: Violation[] = []
  const say = (kind: Violation['kind'], message: string) => void found.push({ kind, message })
  for (const id of world.letters) {
    const rows = world.database.document(world.database.number('letters', id)!)!
    const ops = wholeLog(rows, say)
    if (ops === null) continue
    checkSeqs(ops, say)
    const versions = replay(ops, say)
    if (versions === null) continue
    checkCopies(world, rows, versions, say)
    checkTokens(world, id, ops, versions.at(-1)!, say)
  }
  for (const complaint of world.ledger.complaints) say('other', `refused: ${complaint}`)
  for (const fault of world.faults) say('other', `a node failed: ${wordsOf(fault)}`)
  return found
}

type Say = (kind: Violation['kind'], message: string) => void

/** Versions go from 1 to the head, one by one, and time does not go back. */
function wholeLog({ ops, id }: ModelDocument, say: Say): Op[] | null {
  const hole = ops.findIndex((row, index) => row?.version !== index + 1)
  if (hole !== -1 || ops.includes(null)) {
    say('lost', `the log of ${id} has no version ${hole + 1}`)
    return null
  }
  const whole = ops as OpRecord[]
  if (whole.some(({ time }, index) => index > 0 && time < whole[index - 1]!.time)) {
    say('other', `time goes back in the log of ${id}`)
  }
  return whole.map((row) => new LoggedOp(row))
}

function checkSeqs(ops: readonly Op[], say: Say): void {
  const seen = new Set<string>()
  for (const { source, seq, version } of ops) {
    const key = `${source} ${seq}`
    if (seen.has(key)) say('duplicated', `version ${version} is a second ${key}`)
    seen.add(key)
  }
}

/** The letter at every version, as the real rules have it. */
function replay(ops: readonly Op[], say: Say): Snapshot[] | null {
  const versions = [NOTHING]
  try {
    for (const op of ops) versions.push(applyLogged(versions.at(-1)!, op, documentType))
    const { data } = versions.at(-1)!
    if (JSON.stringify(letterType.parseCreate(data)) !== JSON.stringify(data)) {
      say('other', `the letter is not in canonical form: ${JSON.stringify(data)}`)
    }
    return versions
  } catch (error) {
    say('diverged', `the log cannot be replayed: ${wordsOf(error)}`)
    return null
  }
}

/** Clients, nodes and stored copies hold what the log says. */
function checkCopies(
  world: World,
  { id, snapshot, number }: ModelDocument,
  versions: Snapshot[],
  say: Say,
): void {
  const end = versions.at(-1)!
  const text = JSON.stringify(componentsOf(end.data))
  const compare = (who: string, version: number, data: unknown) => {
    if (version !== end.version)
      return say('diverged', `${who} is at version ${version}, the log at ${end.version}`)
    const own = JSON.stringify(componentsOf(data))
    if (own !== text) say('diverged', `${who} has ${own}, the log ${text}`)
  }
  for (const { editor, name, letter } of world.clients) {
    if (letter === id) compare(name, editor.version, editor.letter())
  }
  for (const { node } of world.machines) {
    const resident = node.isGone ? undefined : node.documents.resident({ collection: 'letters', id })
    if (resident !== undefined) compare(node.name, resident.durable.version, resident.durable.data)
  }
  if (snapshot === null) return
  const data = snapshot.data === null ? undefined : JSON.parse(snapshot.data)
  if (JSON.stringify(data) !== JSON.stringify(versions[snapshot.version]?.data)) {
    say('diverged', `the stored copy of document ${number} at version ${snapshot.version} is another text`)
  }
}

function componentsOf(data: unknown): unknown {
  return (data as { ops?: unknown } | null)?.ops ?? data
}

/** Everything written is in the log once, where its author was told; and in the letter, unless somebody took it out. */
function checkTokens(world: World, letter: string, ops: readonly Op[], end: Snapshot, say: Say): void {
  const { entries, deleted, doubtful } = world.ledger
  const at = new Map<string, number[]>()
  for (const { body, version } of ops) {
    for (const token of tokensIn(body)) at.set(token, [...(at.get(token) ?? []), version])
  }
  const shown = tokensIn(JSON.stringify(end.data))
  for (const entry of entries.values()) {
    const { token, state, version, author, letter: own } = entry
    if (own !== letter) continue
    const found = at.get(token) ?? []
    const what = `${nameOf(token)} of ${author}, ${state}${state === 'acked' ? ` at ${version}` : ''}`
    if (found.length > 1) say('duplicated', `${what}, is in versions ${found.join(', ')}`)
    if (state === 'withdrawn' || state === 'refused' || state === 'drafted') {
      if (found.length > 0) say('other', `${what}, is in version ${found[0]}`)
      continue
    }
    if (state === 'submitted') say('lost', `${what}, was never answered`)
    if (found.length === 0 && world.ledger.mayBeAbsent(entry)) continue
    if (found.length === 0) say('lost', `${what}, is not in the log`)
    else if (state === 'acked' && found[0] !== version) say('other', `${what}, is in version ${found[0]}`)
    const copies = shown.filter((each) => each === token).length
    if (deleted.has(token)) {
      if (copies > 0) say('other', `${what}, was deleted, and is there`)
    } else if (copies === 0 && !doubtful.has(token)) say('lost', `${what}, is not in the letter`)
    else if (copies > 1) say('duplicated', `${what}, is ${copies} times in the letter`)
  }
  for (const token of at.keys()) {
    if (!entries.has(token)) say('other', `nobody wrote ${nameOf(token)}`)
  }
  const members = new Set(world.clients.map(({ principal }) => principal.member))
  for (const { author, version } of ops.slice(1)) {
    if (!members.has(author!)) say('other', `version ${version} is by nobody of the editors`)
  }
}

function nameOf(token: string): string {
  return `token ${token.charCodeAt(0).toString(16)}`
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}
