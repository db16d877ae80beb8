/**
 * The components that letters and their ops are lists of, and the builder that keeps such lists canonical.
 *
 * Lengths and positions are UTF-16 code units; an embed counts 1. Components are never changed once they are
 * in a list: documents of different versions share them.
 */
import { type Attributes, equalAttributes, inOrder, withoutNulls } from './attributes.ts'

/**
 * An image, by the URL it was uploaded to (rule L3). A type, not an interface, so that quill-delta's types
 * take it.
 */
export type Embed = { readonly image: string }

/**
 * Puts text or an embed in. The keys it does not have are named, so that a check of one tells the three
 * apart.
 */
export interface Insert {
  readonly insert: string | Embed
  readonly attributes?: Attributes
  readonly retain?: undefined
  readonly delete?: undefined
}

/** Goes over `retain` code units, giving them `attributes`. */
export interface Retain {
  readonly retain: number
  readonly attributes?: Attributes
  readonly insert?: undefined
  readonly delete?: undefined
}

/** Takes `delete` code units out. */
export interface Delete {
  readonly delete: number
  readonly insert?: undefined
  readonly retain?: undefined
  readonly attributes?: undefined
}

export type Component = Insert | Retain | Delete

/** A letter: inserts only, the last of which ends with a newline (rule L7). */
export interface LetterDocument {
  readonly ops: readonly Insert[]
}

/**
 * An op on a letter, in canonical form (rule L8). It may be shorter than the letter: the rest is retained.
 */
export interface LetterOp {
  readonly ops: readonly Component[]
}

/** The components of a document or op in any of the forms they travel in: a bare list, `{ops}`, a Delta. */
export function componentsOf(value: unknown): readonly Component[] {
  // Trusted: whatever comes from outside went through ot/grammar.ts first.
  if (Array.isArray(value)) return value as Component[]
  return (value as LetterOp).ops
}

export function insertLength(insert: string | Embed): number {
  return typeof insert === 'string' ? insert.length : 1
}

export function componentLength(component: Component): number {
  if (component.insert !== undefined) return insertLength(component.insert)
  return component.retain ?? component.delete
}

export function totalLength(components: readonly Component[]): number {
  let length = 0
  for (const component of components) length += componentLength(component)
  return length
}

export function insertion(insert: string | Embed, attributes: Attributes | undefined): Insert {
  return attributes === undefined ? { insert } : { insert, attributes }
}

export function retention(length: number, attributes?: Attributes): Retain {
  return attributes === undefined ? { retain: length } : { retain: length, attributes }
}

/**
 * Appends `component` to the list under construction, in canonical form: merged with its neighbour where the
 * two do the same, and with insertions before deletions at one place, where the order makes no difference.
 */
export function push(list: Component[], component: Component): void {
  const last = list.at(-1)
  if (last === undefined) {
    list.push(component)
  } else if (last.delete !== undefined && component.insert !== undefined) {
    list.pop()
    push(list, component)
    list.push(last)
  } else {
    const merged = merge(last, component)
    if (merged === undefined) list.push(component)
    else list[list.length - 1] = merged
  }
}

/** Drops a plain retain at the end, which says nothing. */
export function chop(list: Component[]): Component[] {
  const last = list.at(-1)
  if (last?.retain !== undefined && last.attributes === undefined) list.pop()
  return list
}

/** The canonical form of well-formed components (rule L8). */
export function canonical(components: readonly Component[]): Component[] {
  const list: Component[] = []
  for (const component of components) {
    const attributes = component.attributes && inOrder(component.attributes)
    if (component.insert !== undefined) push(list, insertion(component.insert, withoutNulls(attributes)))
    else if (component.retain !== undefined) push(list, retention(component.retain, attributes))
    else push(list, component)
  }
  return chop(list)
}

function merge(a: Component, b: Component): Component | undefined {
  if (a.delete !== undefined) return b.delete === undefined ? undefined : { delete: a.delete + b.delete }
  if (b.delete !== undefined || !equalAttributes(a.attributes, b.attributes)) return undefined
  if (typeof a.insert === 'string' && typeof b.insert === 'string') {
    return insertion(a.insert + b.insert, a.attributes)
  }
  if (a.retain !== undefined && b.retain !== undefined) return retention(a.retain + b.retain, a.attributes)
  return undefined
}
