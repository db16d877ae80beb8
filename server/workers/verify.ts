import { CollabError } from '../../ot/errors.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import { applyLogged, NOTHING } from '../doc/step.ts'
import type { DocumentKey, Snapshot, TypeOf } from '../doc/types.ts'
import type { OpLog, StoredDocument } from '../store/op-log.ts'

/** Ops read at a time. */
const PIECE = 500

/** What replaying a document's log from nothing has shown. */
export interface Verdict {
  /** The version the head claims, which is also the number of its ops. */
  readonly version: number
  /** The document as far as the log could be replayed. */
  readonly at: Snapshot
  /** One sentence each; none when everything agrees. */
  readonly problems: readonly string[]
}

/**
 * Replays a document from its first op and compares what comes out with everything else that is stored of it.
 *
 * Checked: the versions follow one another; each op fits the document before it; time does not go back; the stored copy
 * is, byte for byte, the document at its version; the head is the last op of the log. May run beside a server: ops that
 * are added meanwhile are left for the next time.
 *
 * @returns null when nothing is stored under that name
 */
export async function verifyDocument(log: OpLog, key: DocumentKey, typeOf: TypeOf): Promise<Verdict | null> {
  const stored = await log.find(key.collection, key.id)
  if (stored === null) return null
  const replay = new Replay(stored, typeOf)
  try {
    for await (const op of opsTo(log, stored.document, stored.version)) replay.take(op)
  } catch (error) {
    if (!(error instanceof CollabError) || error.code !== 'document/log-broken') throw error
    return { version: stored.version, at: replay.at, problems: [...replay.problems, describeBreak(error)] }
  }
  const problems = [...replay.problems, ...replay.compareHead(), ...(await opsPastHead(log, stored))]
  return { version: stored.version, at: replay.at, problems }
}

/** The ops of a document up to `version`, a piece at a time. @throws CollabError document/log-broken at a hole */
export async function* opsTo(
  log: OpLog,
  document: number,
  version: number,
  after = 0,
): AsyncGenerator<LoggedOp> {
  for (let at = after; at < version; at += PIECE) {
    yield* await log.read(document, at, Math.min(version, at + PIECE))
  }
}

class Replay {
  readonly #stored: StoredDocument
  readonly #typeOf: TypeOf
  readonly problems: string[] = []
  at: Snapshot = NOTHING
  #time = 0

  constructor(stored: StoredDocument, typeOf: TypeOf) {
    this.#stored = stored
    this.#typeOf = typeOf
  }

  take(op: LoggedOp): void {
    this.at = applyLogged(this.at, op, this.#typeOf)
    if (op.time < this.#time) this.problems.push(`version ${op.version} is older than the one before it`)
    this.#time = op.time
    if (op.version === this.#stored.snapshot?.version) this.#compareCopy(this.#stored.snapshot)
  }

  #compareCopy(copy: NonNullable<StoredDocument['snapshot']>): void {
    const data = this.at.data === undefined ? null : JSON.stringify(this.at.data)
    if (copy.type !== this.at.type) {
      this.problems.push(`the stored copy of version ${copy.version} is of another type than the log says`)
    } else if (copy.data !== data) {
      const where = firstDifference(copy.data ?? '', data ?? '')
      this.problems.push(`the stored copy of version ${copy.version} is not what the log says: ${where}`)
    }
  }

  compareHead(): string[] {
    const { version, time, snapshot } = this.#stored
    const problems: string[] = []
    if (version > 0 && time !== this.#time) {
      problems.push(`the head of version ${version} does not have the time of its op`)
    }
    if (snapshot !== null && snapshot.version > version) {
      problems.push(`the stored copy is of version ${snapshot.version}, but the head is at ${version}`)
    }
    return problems
  }
}

/** Heads and ops move together: ops past a head that stands still were not written by this program. */
async function opsPastHead(log: OpLog, { document, version }: StoredDocument): Promise<string[]> {
  const later = await log.read(document, version, null)
  const last = later.at(-1)
  if (last === undefined) return []
  const head = (await log.heads([document])).get(document) ?? version
  return head >= last.version
    ? []
    : [`the log goes on to version ${last.version}, but the head is at ${head}`]
}

function describeBreak({ message, data, cause }: CollabError): string {
  if (typeof data.missing === 'number') return `version ${data.missing} is missing from the log`
  return cause instanceof Error ? `${message}: ${cause.message}` : message
}

/** Where two texts part, and what each says there. */
export function firstDifference(there: string, here: string): string {
  let at = 0
  while (at < there.length && there[at] === here[at]) at++
  const excerpt = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 10), at + 20))
  return `from character ${at} on it says ${excerpt(there)} instead of ${excerpt(here)}`
}
