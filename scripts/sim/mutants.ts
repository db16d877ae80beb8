import { CollabError } from '../../ot/errors.ts'
import { LoggedOp } from '../../ot/logged-op.ts'
import type { DocumentType } from '../../ot/types.ts'
import { Documents } from '../../server/doc/documents.ts'
import { HeadSweep } from '../../server/doc/head-sweep.ts'
import type { DocumentKey, Outcome, Submission } from '../../server/doc/types.ts'
import { DbError } from '../../server/store/db.ts'
import { GroupCommit, type Writer } from '../../server/store/group-commit.ts'
import { UsageError } from '../command-line.ts'
import type { NodeLog } from './log-link.ts'
import { OUTBOX_MUTANTS } from './outbox-mutants.ts'
import { type Parts, REAL } from './parts.ts'

/**
 * Wrong servers. Each is the real one with one wrong thing in the place of a right one; if the simulation cannot tell it
 * from the real one, the simulation is of no use.
 */
export interface Mutant {
  readonly what: string
  readonly parts: Partial<Parts>
}

/** A type that is wrong in one thing. */
function types(change: (type: DocumentType) => Partial<DocumentType>): Partial<Parts> {
  return {
    typeOf(name) {
      const type = REAL.typeOf(name)
      return type && { ...type, ...change(type) }
    },
  }
}

function log(change: (log: NodeLog) => Partial<NodeLog>): Partial<Parts> {
  return { log: (log) => ({ ...log, ...change(log) }) }
}

export const MUTANTS: Readonly<Record<string, Mutant>> = {
  ...OUTBOX_MUTANTS,
  'no-sweep': {
    what: 'heads are never compared with the log',
    parts: { sweep: () => null },
  },
  'late-sweep': {
    what: 'heads are compared with the log every five seconds',
    parts: {
      sweep: (parts) =>
        new HeadSweep({ ...parts, timer: { after: (ms, task) => parts.timer.after(5 * ms, task) } }),
    },
  },
  'error-reply-instead-of-closing': {
    what: 'when the database fails, the sender is told that its op is wrong',
    parts: { documents: (deps) => new AnsweringDocuments(deps) },
  },
  'no-dedupe': {
    what: 'nobody looks whether an op was sent before, and the log takes it again',
    parts: {
      database: (database) => {
        database.isUnique = false
      },
      ...log(() => ({ lastSeq: async () => 0, versionOf: async () => null })),
    },
  },
  'acknowledge-before-commit': {
    what: 'senders and readers hear of ops when they are handed to the log',
    parts: { committer: (log) => new HastyCommit(log) },
  },
  'one-log-row-left-out': {
    what: 'of three ops that are appended together the middle one is not stored',
    parts: {
      database: (database) => {
        const append = database.append.bind(database)
        database.append = (chunks) => {
          const won = append(chunks)
          for (const { document, ops } of chunks) {
            if (won.has(document) && ops.length > 1)
              database.document(document)!.ops[ops[0]!.version - 1] = null
          }
          return won
        }
      },
    },
  },
  'one-row-read-empty': {
    what: 'of many ops that are read together one does nothing',
    parts: log(({ read }) => ({
      read: async (...args) => {
        const ops = await read(...args)
        return ops.length < 3
          ? ops
          : ops.toSpliced(1, 1, new LoggedOp({ ...ops[1]!, body: '{"op":{"ops":[]}}' }))
      },
    })),
  },
  'wrong-transform-side': {
    what: 'where two insert at one place, the server puts the other first',
    parts: types(({ transform }) => ({
      transform: (op, over, side) => transform(op, over, side === 'left' ? 'right' : 'left'),
    })),
  },
  'no-transform': {
    what: 'an op is applied as it came, whatever was committed since',
    parts: types(() => ({ transform: (op) => op })),
  },
  'transform-over-the-last-only': {
    what: 'an op is transformed over every second one of those it has not seen',
    parts: types(({ transform }) => {
      let count = 0
      return { transform: (op, over, side) => (count++ % 2 === 0 ? op : transform(op, over, side)) }
    }),
  },
  'skip-fixup': {
    what: 'what an op lacks is added to it, and its author is not told',
    parts: { committer: (log) => new SilentCommit(log) },
  },
  'no-fixup': {
    what: 'what an op lacks is not added',
    parts: types(() => ({ fixup: () => null, mend: () => null })),
  },
  'no-readback-of-unknown-outcome': {
    what: 'an append whose answer was lost counts as done',
    parts: log(({ append }) => ({
      append: (chunks) =>
        append(chunks).catch((error) => {
          if (!(error instanceof DbError) || error.kind !== 'unknown') throw error
          return new Set(chunks.map(({ document }) => document))
        }),
    })),
  },
  'unknown-outcome-tried-again': {
    what: 'an append whose answer was lost is appended under the next versions',
    parts: log((log) => ({ append: (chunks) => appendAgain(log, chunks) })),
  },
  'no-arbiter': {
    what: 'the log takes ops at versions it has already, and the later ones stay',
    parts: {
      database: (database) => {
        database.append = (chunks) => {
          for (const chunk of chunks) database.store(database.document(chunk.document)!, chunk)
          return new Set(chunks.map(({ document }) => document))
        }
      },
    },
  },
  'row-by-row': {
    what: 'of ops that are appended together those land whose version is free',
    parts: {
      database: (database) => {
        database.append = (chunks) => {
          for (const chunk of chunks) {
            const into = database.document(chunk.document)!
            const ops = chunk.ops.filter(({ version }) => version === into.ops.length + 1)
            for (const op of ops) database.store(into, { ops: [op], meta: chunk.meta })
          }
          return new Set(chunks.map(({ document }) => document))
        }
      },
    },
  },
  'poison-taken': {
    what: 'formats and embeds are not checked',
    parts: types(({ parseOp }) => ({
      parseOp(op) {
        try {
          return parseOp(op)
        } catch (error) {
          const { rule } = (error as CollabError).data
          if (Array.isArray(op) && /^L[34]/.test(String(rule))) return { ops: op }
          throw error
        }
      },
    })),
  },
  'stale-copy': {
    what: 'a stored copy of a document says that it is a version newer than it is',
    parts: {
      ...log(({ saveSnapshot }) => ({
        saveSnapshot: (document, copy) =>
          saveSnapshot(document, { ...copy, version: Math.max(1, copy.version - 1) }),
      })),
    },
  },
}

class AnsweringDocuments extends Documents {
  override resident(_key: DocumentKey): undefined {
    return undefined
  }

  override async submit(key: DocumentKey, submission: Submission): Promise<Outcome> {
    try {
      return await super.submit(key, submission)
    } catch (cause) {
      throw new CollabError('op/does-not-fit', 'The op could not be stored.', { cause })
    }
  }
}

class HastyCommit extends GroupCommit {
  override commit(writer: Writer, op: LoggedOp, meta: string | null = null): void {
    const deaf: Writer = { document: writer.document, committed() {}, wentBack() {}, failed() {} }
    super.commit(deaf, op, meta)
    queueMicrotask(() => writer.committed([op]))
  }
}

class SilentCommit extends GroupCommit {
  override commit(writer: Writer, op: LoggedOp, meta: string | null = null): void {
    super.commit(writer, Object.assign(op, { meta: null }), meta)
  }
}

async function appendAgain(log: NodeLog, chunks: Parameters<NodeLog['append']>[0]): Promise<Set<number>> {
  try {
    return await log.append(chunks)
  } catch (error) {
    if (!(error instanceof DbError) || error.kind !== 'unknown') throw error
    const later = chunks.map((chunk) => ({
      ...chunk,
      expected: chunk.expected + chunk.ops.length,
      ops: chunk.ops.map((op) => ({
        ...op,
        version: op.version + chunk.ops.length,
        seq: (op.seq ?? 0) + 1_000,
      })),
    }))
    return log.append(later)
  }
}

/** @throws UsageError when there is no such mutant; null is the real server */
export function partsOf(mutant: string | null): Parts {
  if (mutant === null) return REAL
  const found = MUTANTS[mutant]
  if (found === undefined) {
    throw new UsageError(`There is no mutant ${mutant}; there are ${Object.keys(MUTANTS).join(', ')}.`)
  }
  return { ...REAL, ...found.parts }
}
