/**
 * Applies an op to a JSON document, and refuses one that does not fit it (rule J5).
 *
 * ot-json1 refuses much of that by itself, but indexes a list by strings, adds a number to whatever it finds, and
 * deletes past the end of a text without a word; each of these breaks TP1. So every path of the op is looked up
 * strictly: a number in a list, a string among an object's own keys.
 */
import type { Doc, JSONOp } from 'ot-json1'
import { type EditComponent, library, type OpList, rebuilt, someComponent, type TextEdit } from './json-op.ts'
import { doesNotFit } from './refusal.ts'

/**
 * The document after `op`. `document` is not changed.
 * @throws CollabError `op/does-not-fit`: J5.1 a path leads nowhere, J5.2 an edit of something else than text or a
 *   number, or past the end of the text
 */
export function applyToJson(document: Doc, op: JSONOp): Doc {
  if (op === null) return document
  visit(document, op as OpList, (component, found) => {
    if ((component.r !== undefined || component.p !== undefined) && found === undefined) throw leadsNowhere()
  })
  checkEdits(document, op)
  const after = applied(document, op)
  visit(after, op as OpList, (component, found) => {
    if (hasTarget(component) && found === undefined) throw leadsNowhere()
  })
  return after
}

/** Rule J5.2. An edit meets the value that removals, moves and insertions have left at its path. */
function checkEdits(document: Doc, op: JSONOp): void {
  if (!someComponent(op, isEdit)) return
  const moved = rebuilt(op as OpList, ({ p, d, r, i }) => withoutUndefined({ p, d, r, i }))
  visit(applied(document, moved), op as OpList, (component, found) => {
    if (component.es !== undefined) checkTextEdit(found, component.es)
    if (
      component.ena !== undefined &&
      !(typeof found === 'number' && Number.isFinite(found + component.ena))
    ) {
      throw doesNotFit('J5.2', 'The op adds to something that is not a number')
    }
  })
}

function checkTextEdit(found: Doc | undefined, edit: TextEdit): void {
  if (typeof found !== 'string') throw doesNotFit('J5.2', 'The op edits something that is not text')
  let reach = 0
  for (const step of edit) {
    if (typeof step === 'number') reach += step
    else if (typeof step === 'object') reach += step.d
  }
  if (reach > found.length || reach > [...found].length) {
    throw doesNotFit('J5.2', 'The op edits past the end of a text')
  }
}

function applied(document: Doc, op: JSONOp): Doc {
  let after: Doc | undefined
  try {
    after = library.apply(document, op)
  } catch (cause) {
    throw doesNotFit('J5.1', `The op does not fit: ${(cause as Error).message}`, cause)
  }
  if (after === undefined) throw doesNotFit('J5.1', 'The op removes the whole document')
  return after
}

/** Calls `see` with every component of the op and what `document` holds at its path. */
function visit(
  document: Doc | undefined,
  op: OpList,
  see: (component: EditComponent, found: Doc | undefined) => void,
): void {
  let found = document
  for (const item of op) {
    if (Array.isArray(item)) visit(found, item, see)
    else if (typeof item === 'object') see(item, found)
    else found = childOf(found, item)
  }
}

function childOf(container: Doc | undefined, key: string | number): Doc | undefined {
  if (typeof container !== 'object' || container === null) return undefined
  if (Array.isArray(container)) return typeof key === 'number' ? container[key] : undefined
  return typeof key === 'string' && Object.hasOwn(container, key) ? container[key] : undefined
}

function isEdit(component: EditComponent): boolean {
  return component.es !== undefined || component.ena !== undefined
}

function hasTarget(component: EditComponent): boolean {
  return component.d !== undefined || component.i !== undefined || isEdit(component)
}

function withoutUndefined(component: EditComponent): EditComponent {
  return Object.fromEntries(Object.entries(component).filter(([, value]) => value !== undefined))
}

function leadsNowhere(): Error {
  return doesNotFit('J5.1', 'A path of the op leads nowhere in the document')
}
