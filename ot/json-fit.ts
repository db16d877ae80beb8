/**
 * Applies an op to a JSON document, and refuses one that does not fit it (rule J5).
 *
 * It gives what ot-json1 gives, which a property test holds it to, and is written out for two reasons.
 * ot-json1 takes more than fits: it indexes a list by strings, adds a number to whatever it finds, and
 * deletes past the end of a text; each of these breaks TP1. And it copies a container once for each of its
 * entries that changes: one op that removed 1,660 entries of a long list took it 47 s. Here each container on
 * the op's paths is copied once.
 *
 * Paths are read in two ways, as in ot-json1. What is picked up or removed is found by its place before the
 * op, all of it first; what is dropped, inserted or edited, by its place after it.
 */
import type { Doc, JSONOp } from 'ot-json1'
import { type EditComponent, levelOf, library, type OpList, someComponent, type TextEdit } from './json-op.ts'
import { doesNotFit } from './refusal.ts'

/**
 * The document after `op`. `document` is not changed.
 * @throws CollabError `op/does-not-fit`: J5.1 a path leads nowhere, J5.2 an edit of something else than text or a
 *   number, or past the end of the text
 */
export function applyToJson(document: Doc, op: JSONOp): Doc {
  if (op === null) return document
  // ot-json1 types its lists as unions that its own code narrows by hand; so does this.
  const list = op as OpList
  const held: Doc[] = []
  const after = drop(pick(document, list, held), list, held)
  if (after === undefined) throw doesNotFit('J5.1', 'The op removes the whole document')
  return after
}

type Branches = ReadonlyMap<string | number, OpList>
/** A value of the document; `undefined` where there is none. */
type Place = Doc | undefined

/**
 * What is left of `value` when everything has been picked up and removed; what was picked up is in `held`, by
 * slot.
 */
function pick(value: Place, op: OpList, held: Doc[]): Place {
  const { component, branches } = levelOf(op)
  const left = withoutPicked(value, branches, held)
  if (component === undefined || !isPick(component)) return left
  if (left === undefined) throw leadsNowhere()
  if (component.p !== undefined) held[component.p] = left
  return undefined
}

function withoutPicked(container: Place, branches: Branches, held: Doc[]): Place {
  const picked = having(branches, isPick)
  if (picked.length === 0) return container
  if (Array.isArray(container)) {
    const left: Place[] = container.slice()
    for (const [key, part] of picked) left[key as number] = pick(childOf(container, key), part, held)
    return left.filter((child) => child !== undefined)
  }
  if (!isObject(container)) throw leadsNowhere()
  const left = { ...container }
  for (const [key, part] of picked) {
    const child = pick(childOf(container, key), part, held)
    if (child === undefined) delete left[key]
    else left[key] = child
  }
  return left
}

/** What becomes of `value` when everything is dropped, inserted and edited. */
function drop(value: Place, op: OpList, held: readonly Doc[]): Place {
  const { component, branches } = levelOf(op)
  return withDropped(component === undefined ? value : changed(value, component, held), branches, held)
}

function changed(value: Place, { d, i, es, ena }: EditComponent, held: readonly Doc[]): Place {
  const isDrop = d !== undefined || i !== undefined
  if (isDrop && value !== undefined) throw leadsNowhere()
  const dropped = d !== undefined ? held[d] : i !== undefined ? i : value
  if (es !== undefined) return edited(dropped, es)
  if (ena === undefined) return dropped
  if (typeof dropped === 'number' && Number.isFinite(dropped + ena)) return dropped + ena
  throw doesNotFit('J5.2', 'The op adds to something that is not a number')
}

function edited(text: Place, edit: TextEdit): Place {
  if (typeof text !== 'string') throw doesNotFit('J5.2', 'The op edits something that is not text')
  let reach = 0
  for (const step of edit) {
    if (typeof step === 'number') reach += step
    else if (typeof step === 'object') reach += step.d
  }
  // The length in code points is asked for only when the one in code units does not decide.
  if (reach * 2 > text.length && reach > [...text].length) {
    throw doesNotFit('J5.2', 'The op edits past the end of a text')
  }
  return library.apply(text, [{ es: [...edit] }])
}

function withDropped(container: Place, branches: Branches, held: readonly Doc[]): Place {
  const dropped = having(branches, isChange)
  if (dropped.length === 0) return container
  if (Array.isArray(container)) return listWithDropped(container, dropped, held)
  if (!isObject(container)) throw leadsNowhere()
  const filled = { ...container }
  for (const [key, part] of dropped) {
    if (typeof key === 'number') throw leadsNowhere()
    filled[key] = existing(drop(childOf(container, key), part, held))
  }
  return filled
}

/** Indexes are those of the list after the op, in ascending order. */
function listWithDropped(
  list: readonly Doc[],
  dropped: [string | number, OpList][],
  held: readonly Doc[],
): Doc[] {
  const filled: Doc[] = []
  let next = 0
  for (const [index, part] of dropped) {
    while (filled.length < Number(index) && next < list.length) filled.push(list[next++])
    if (filled.length !== index) throw leadsNowhere()
    const isNew = isDropped(levelOf(part).component)
    filled.push(existing(drop(isNew ? undefined : list[next++], part, held)))
  }
  return filled.concat(list.slice(next))
}

/** The branches with a component of which `test` holds. */
function having(
  branches: Branches,
  test: (component: EditComponent) => boolean,
): [string | number, OpList][] {
  return [...branches].filter(([, part]) => someComponent(part as JSONOp, test))
}

/** Strictly: a number in a list, a string among an object's own keys. */
function childOf(container: Doc[] | { [key: string]: Doc }, key: string | number): Place {
  if (Array.isArray(container)) return typeof key === 'number' ? container[key] : undefined
  return typeof key === 'string' && Object.hasOwn(container, key) ? container[key] : undefined
}

function existing(value: Place): Doc {
  if (value === undefined) throw leadsNowhere()
  return value
}

function isObject(value: Place): value is { [key: string]: Doc } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPick({ p, r }: EditComponent): boolean {
  return p !== undefined || r !== undefined
}

function isDropped(component: EditComponent | undefined): boolean {
  return component?.d !== undefined || component?.i !== undefined
}

function isChange(component: EditComponent): boolean {
  return isDropped(component) || component.es !== undefined || component.ena !== undefined
}

function leadsNowhere(): Error {
  return doesNotFit('J5.1', 'A path of the op leads nowhere in the document')
}
