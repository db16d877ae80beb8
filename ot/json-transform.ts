/**
 * Transforms ops on JSON documents, part by part.
 *
 * Where two ops conflict, `transformNoConflict` of ot-json1 resolves one conflict and starts over with the
 * whole of both. Two people who drag the same 200 shapes make 400 conflicts, which took it 1.3 s; with 1,000
 * shapes, 108 s; and ops that are made for it never end. But without moves, what happens under one key has
 * nothing to do with what happens under another. So the two ops are taken apart along their common keys, and
 * only parts that meet are handed to ot-json1: 200 shapes then take 3 ms. What cannot be taken apart gets a
 * budget.
 */
import type { JSONOp } from 'ot-json1'
import {
  type EditComponent,
  isMove,
  itemsOf,
  joined,
  type Level,
  levelOf,
  library,
  type OpList,
  someComponent,
} from './json-op.ts'
import { tooLarge } from './refusal.ts'

/**
 * The op as it must be applied after `over`: what `transformNoConflict` answers.
 *
 * @throws CollabError `op/too-large` J6.5 when the two conflict more often than the budget allows
 * @throws Error of ot-json1 when the ops cannot both fit one document
 */
export function transformJson(op: JSONOp, over: JSONOp, side: 'left' | 'right'): JSONOp {
  if (op === null || over === null) return op
  if (someComponent(op, isMove) || someComponent(over, isMove)) return withinBudget(op, over, side)
  return transformPart(op as OpList, over as OpList, side) as JSONOp
}

function transformPart(op: OpList, over: OpList, side: 'left' | 'right'): OpList | null {
  const ours = levelOf(op)
  const theirs = levelOf(over)
  if (mayPart(ours) && mayPart(theirs)) return transformBranches(ours, theirs, side)
  if (isReplacement(ours) && isReplacement(theirs)) return replacing(op, over, side)
  // What is removed takes all changes inside it along, whoever came first.
  if (isReplacement(theirs) && !isStructural(ours.component)) return null
  if (isReplacement(ours) && !isStructural(theirs.component)) return removing(ours, theirs)
  return withinBudget(op as JSONOp, over as JSONOp, side) as OpList | null
}

function transformBranches(ours: Level, theirs: Level, side: 'left' | 'right'): OpList | null {
  const branches = new Map<string | number, OpList>()
  for (const [key, part] of ours.branches) {
    const met = theirs.branches.get(key)
    const moved = met === undefined ? part : transformPart(part, met, side)
    if (moved !== null) branches.set(key, moved)
  }
  return joined({ component: undefined, branches })
}

/**
 * Two replacements of one value: what `theirs` removed is gone already, and of two new values one stays.
 * Whether two containers are equal, and so no conflict, is for ot-json1 to say.
 */
function replacing(op: OpList, over: OpList, side: 'left' | 'right'): OpList | null {
  const ours = levelOf(op).component?.i
  const theirs = levelOf(over).component?.i
  if (ours === undefined) return null
  if (theirs === undefined) return [{ i: ours }]
  if (ours === theirs) return null
  const areContainers = typeof ours === 'object' && typeof theirs === 'object'
  if (areContainers) return withinBudget(op as JSONOp, over as JSONOp, side) as OpList | null
  return side === 'left' ? [{ r: true, i: ours }] : null
}

/** A removal, naming what it takes along that was inserted or edited meanwhile, as ot-json1 does. */
function removing(ours: Level, theirs: Level): OpList | null {
  const branches = new Map<string | number, OpList>()
  for (const [key, part] of theirs.branches) {
    const level = levelOf(part)
    const taken = hasContent(level.component) ? [{ r: true as const }] : removing(NOTHING, level)
    if (taken !== null) branches.set(key, taken)
  }
  return joined({ component: ours.component, branches })
}

const NOTHING: Level = { component: undefined, branches: new Map() }

function hasContent(component: EditComponent | undefined): boolean {
  return component?.i !== undefined || component?.es !== undefined || component?.ena !== undefined
}

/**
 * True when the branches have nothing to do with each other: all keys, or indexes that the op does not shift.
 */
function mayPart({ component, branches }: Level): boolean {
  if (component !== undefined) return false
  for (const [key, part] of branches) {
    if (typeof key === 'number' && isStructural(levelOf(part).component)) return false
  }
  return true
}

/** True when all that happens here is that the value goes, and perhaps another takes its place. */
function isReplacement({ component, branches }: Level): boolean {
  return (
    component?.r !== undefined &&
    component.es === undefined &&
    component.ena === undefined &&
    branches.size === 0
  )
}

function isStructural(component: EditComponent | undefined): boolean {
  return (
    component !== undefined && (component.r !== undefined || component.i !== undefined || isMove(component))
  )
}

/**
 * Conflicts times items that one transform may cost, at about 5 µs: 0.1 s. Two people who move the same 50
 * items have 50 conflicts on 200 items; the ops that never end are stopped here.
 */
const BUDGET = 20_000

function withinBudget(op: JSONOp, over: JSONOp, side: 'left' | 'right'): JSONOp {
  const items = itemsOf(op) + itemsOf(over)
  const conflicts = Math.min(items, Math.ceil(BUDGET / items))
  let left = conflicts
  return library
    .typeAllowingConflictsPred(() => {
      if (left-- > 0) return true
      throw tooLarge('J6.5', 'The op conflicts with others in too many places', conflicts)
    })
    .transform(op, over, side)
}
