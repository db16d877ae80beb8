/**
 * Which edits a rollback undoes, when some of them were undone before.
 *
 * A rollback is an edit that says what it undid. Undoing an edit a second time would bring what it deleted back twice, and
 * undoing one whose rollback was itself undone would miss what that second rollback typed anew. So a request is taken for
 * what it means: an edit that is undone already is left out, and one that was undone and brought back goes together with
 * the two rollbacks that did so, which cancel one another.
 */
import type { LoggedOp } from '../../ot/logged-op.ts'

/** A range of a letter at one version. */
export interface Selection {
  /** Half-open, UTF-16 code units. */
  readonly start: number
  readonly end: number
  readonly version: number
}

/** What a rollback undoes: the edits after version `after` up to version `upTo`. Kept with its op. */
export interface Target {
  readonly after: number
  readonly upTo: number
  /** Only what this member did, rollbacks left out: those have an undo of their own. Null: everybody. */
  readonly author: string | null
  /** Only what happened in this part of the letter; null: in all of it. */
  readonly within: Selection | null
}

/** An edit, as far as it matters here. */
export type Undoable = Pick<LoggedOp, 'version' | 'author' | 'origin'> & {
  /** What it undid, when it is a rollback. */
  readonly rollback: Target | null
}

type Rollback = Undoable & { readonly rollback: Target }

/**
 * The versions of the edits to be undone.
 *
 * @param edits  all that follow version `target.after`, in order
 */
export function undoneVersions(edits: readonly Undoable[], target: Target): Set<number> {
  const rollbacks = edits.filter((edit): edit is Rollback => edit.rollback !== null)
  const standing = standingOf(rollbacks)
  const undone = new Set<number>()

  const include = (edit: Undoable, by: readonly Rollback[]): void => {
    if (undone.has(edit.version)) return
    undone.add(edit.version)
    for (const rollback of by) {
      if (standing.has(rollback)) {
        // It undid a part of the edit: nothing else is lost by undoing it too, if all it undid is to be undone.
        const isPart = rollback.rollback.within !== null && isCovered(rollback.rollback, target, edits)
        if (isPart) include(rollback, [])
        continue
      }
      const revival = rollbacks.find((other) => standing.has(other) && isUndoOf(other, rollback))
      if (revival === undefined) continue
      include(rollback, [])
      include(revival, undoing(revival, rollbacks, target))
    }
  }
  for (const edit of edits) {
    if (!covers(target, edit)) continue
    const by = undoing(edit, rollbacks, target)
    const isUndone = by.some((rollback) => standing.has(rollback) && rollback.rollback.within === null)
    if (!isUndone) include(edit, by)
  }
  return undone
}

/** The rollbacks that no later one has undone. */
function standingOf(rollbacks: readonly Rollback[]): Set<Rollback> {
  const standing = new Set<Rollback>()
  for (const rollback of rollbacks.toReversed()) {
    const isUndone = [...standing].some(
      (later) => later.rollback.within === null && covers(later.rollback, rollback),
    )
    if (!isUndone) standing.add(rollback)
  }
  return standing
}

/** The rollbacks that undid an edit, but for those that are to be undone themselves. */
function undoing(edit: Undoable, rollbacks: readonly Rollback[], target: Target): Rollback[] {
  return rollbacks.filter(
    (rollback) =>
      rollback.version > edit.version && covers(rollback.rollback, edit) && !covers(target, rollback),
  )
}

function covers({ after, upTo, author }: Target, edit: Undoable): boolean {
  if (edit.version <= after || edit.version > upTo) return false
  return author === null || (edit.author === author && edit.origin !== 'rollback')
}

/** True when one target covers every edit that another one does. */
function isCovered(part: Target, whole: Target, edits: readonly Undoable[]): boolean {
  return part.after >= whole.after && edits.every((edit) => !covers(part, edit) || covers(whole, edit))
}

function isUndoOf({ rollback: { after, upTo, within } }: Rollback, { version }: Rollback): boolean {
  return after === version - 1 && upTo === version && within === null
}
