/**
 * The algebra of attributes: the formats that a component carries.
 *
 * In canonical form (rule L8.1) the keys are in ascending order of their UTF-16 code units, and an empty
 * object is written as no attributes at all. Every function takes and gives canonical attributes, so that
 * equal formatting is equal byte for byte. Values are compared with `===`: all formats have primitive values
 * (L4).
 */

/** `null` takes a format away, and is found on retains only. */
export type AttributeValue = string | number | boolean | null
export type Attributes = Readonly<Record<string, AttributeValue>>

/** The attributes in canonical order: the same object when it is in order, `undefined` when it is empty. */
export function inOrder(attributes: Attributes): Attributes | undefined {
  const keys = Object.keys(attributes)
  let sorted = true
  for (let i = 1; i < keys.length; i++) if (keys[i - 1] > keys[i]) sorted = false
  if (sorted) return keys.length === 0 ? undefined : attributes
  return pick(attributes, keys.sort(), () => true)
}

/** The attributes without nulls: what an insert carries (rule L8.2). */
export function withoutNulls(attributes: Attributes | undefined): Attributes | undefined {
  if (attributes === undefined) return undefined
  const keys = Object.keys(attributes)
  if (keys.every((key) => attributes[key] !== null)) return attributes
  return pick(attributes, keys, (key) => attributes[key] !== null)
}

export function equalAttributes(a: Attributes | undefined, b: Attributes | undefined): boolean {
  if (a === b) return true
  if (a === undefined || b === undefined) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  for (const key of keys) if (a[key] !== b[key]) return false
  return true
}

/**
 * What `a`, then `b`, amount to. `keepNulls` says that the result is for a retain, where null has something
 * to take away; on an insert there is nothing left for it to do.
 */
export function composeAttributes(
  a: Attributes | undefined,
  b: Attributes | undefined,
  keepNulls: boolean,
): Attributes | undefined {
  if (b === undefined) return a
  if (a === undefined) return keepNulls ? b : withoutNulls(b)
  const both: Record<string, AttributeValue> = {}
  let isEmpty = true
  for (const key of mergedKeys(Object.keys(a), Object.keys(b))) {
    const value = b[key] === undefined ? a[key] : b[key]
    if (value === null && !keepNulls) continue
    both[key] = value
    isEmpty = false
  }
  return isEmpty ? undefined : both
}

/** The keys of both lists, which are in order, in order and once. */
function mergedKeys(a: readonly string[], b: readonly string[]): string[] {
  const keys: string[] = []
  let j = 0
  for (const key of a) {
    while (j < b.length && b[j] < key) keys.push(b[j++])
    if (b[j] === key) j++
    keys.push(key)
  }
  while (j < b.length) keys.push(b[j++])
  return keys
}

/**
 * `attributes` as they apply after `over` was applied. With `overIsFirst`, `over` keeps every format that
 * both set: the first that was committed wins (rule L10.2). Otherwise ours replaces theirs.
 */
export function transformAttributes(
  attributes: Attributes | undefined,
  over: Attributes | undefined,
  overIsFirst: boolean,
): Attributes | undefined {
  if (attributes === undefined || over === undefined || !overIsFirst) return attributes
  const keys = Object.keys(attributes)
  if (keys.every((key) => over[key] === undefined)) return attributes
  return pick(attributes, keys, (key) => over[key] === undefined)
}

/** What takes `attributes` back from a component that had `base` before. */
export function invertAttributes(
  attributes: Attributes | undefined,
  base: Attributes | undefined,
): Attributes | undefined {
  if (attributes === undefined) return undefined
  const inverse: Record<string, AttributeValue> = {}
  for (const key of Object.keys(attributes)) {
    const before = base?.[key] ?? null
    if (before !== attributes[key]) inverse[key] = before
  }
  return inOrder(inverse)
}

/** What makes the formats `to` of the formats `from`, on a retain. */
export function differenceOf(from: Attributes = {}, to: Attributes = {}): Attributes | undefined {
  const changes: Record<string, AttributeValue> = {}
  for (const name of Object.keys({ ...from, ...to })) {
    const value = to[name] ?? null
    if ((from[name] ?? null) !== value) changes[name] = value
  }
  return inOrder(changes)
}

function pick(
  attributes: Attributes,
  keys: readonly string[],
  isWanted: (key: string) => boolean,
): Attributes | undefined {
  const picked: Record<string, AttributeValue> = {}
  let isEmpty = true
  for (const key of keys) {
    if (!isWanted(key)) continue
    picked[key] = attributes[key]
    isEmpty = false
  }
  return isEmpty ? undefined : picked
}
