import type { Blame } from '../../../ot/blame.ts'
import {
  type Component,
  type Insert,
  insertion,
  insertLength,
  type LetterDocument,
  push,
} from '../../../ot/component.ts'
import type { Change } from '../../../ot/logged-op.ts'
import { Reader } from '../../../ot/reader.ts'
import { api, type PastBlame, type PastOp } from '../../api.ts'
import { EditPieces } from '../../history/edit-pieces.ts'
import { authorsFold, letterFold, SOME_VERSION } from '../../history/folds.ts'
import { type Run, withAuthors } from '../../history/marked-letter.ts'
import { NO_LETTER, type PastEdit } from '../../history/past-edit.ts'
import { TimeMachine } from '../../history/time-machine.ts'

/** One letter at all its versions, fetched from the server as it is looked at. */
export class PastLetter {
  readonly id: string
  readonly #edits: EditPieces
  readonly #letters: TimeMachine<LetterDocument>
  readonly #authors: TimeMachine<Blame>

  constructor(id: string) {
    this.id = id
    const letterAt = async (version: number) => (await api.letterAt(id, { version })).content
    this.#edits = new EditPieces((after, to) => fetchEdits(id, after, to))
    this.#letters = new TimeMachine(this.#edits, letterFold(letterAt))
    this.#authors = new TimeMachine(
      this.#edits,
      authorsFold(async (version) => {
        const [letter, stretches] = await Promise.all([letterAt(version), api.blame(id, version)])
        return authorsFrom(letter, stretches)
      }),
    )
  }

  /** The letter at a version; null while something that it takes is not here. */
  runsAt(version: number, hasAuthors: boolean): readonly Run[] | null {
    const letter = this.#letters.at(version)
    if (!hasAuthors || letter === null) return letter?.ops ?? null
    const authors = this.#authors.at(version)
    return authors && withAuthors(letter, authors)
  }

  /** The edit that led to a version; null while it is not here, and for version 0. */
  editAt(version: number): PastEdit | null {
    return version === 0 ? null : (this.#edits.between(version - 1, version)?.[0] ?? null)
  }

  /** The edits up to a version, all of them, when they are here. */
  editsUpTo(version: number): readonly PastEdit[] | null {
    return this.#edits.between(0, version)
  }

  /** Fetches what `runsAt` lacks. @param head  the newest version */
  async load(version: number, head: number, hasAuthors: boolean): Promise<void> {
    await Promise.all([
      this.#letters.load(version, head),
      hasAuthors ? this.#authors.load(version, head) : undefined,
    ])
  }

  /** Fetches the edits around a version, of which `runsAt` makes those near it once it comes that far. */
  loadEdits(version: number, head: number): Promise<void> {
    return this.#edits.load(version, head)
  }
}

async function fetchEdits(id: string, after: number, to: number): Promise<PastEdit[]> {
  const edits: PastEdit[] = []
  while (after + edits.length < to) {
    const ops = await api.ops(id, after + edits.length, to)
    if (ops.length === 0) break // the caller finds out that some are missing
    edits.push(...ops.map(editOf))
  }
  return edits
}

function editOf({ version, author, origin, at, restored, ...change }: PastOp & Change): PastEdit {
  return { version, author, origin, time: Date.parse(at), change: changeOf(change), restored }
}

/** What a letter's log holds is what letters and their ops are. */
function changeOf(change: Change): PastEdit['change'] {
  if ('create' in change) return { made: change.create.data as LetterDocument }
  if ('del' in change) return { made: NO_LETTER }
  return { op: change.op as LetterDocument }
}

/** The parallel letter that the fold goes on from. */
function authorsFrom(letter: LetterDocument, stretches: readonly PastBlame[]): Blame {
  const text = new Reader(letter.ops)
  const inserts: Component[] = []
  for (const { length, author } of stretches) {
    const attributes = { author: author ?? '', version: SOME_VERSION }
    for (let left = length; left > 0; ) {
      const { insert } = text.take(Math.min(left, text.left))
      if (insert === undefined) break // blame is as long as its letter
      push(inserts, insertion(insert, attributes))
      left -= insertLength(insert)
    }
  }
  return { ops: inserts as Insert[] }
}
