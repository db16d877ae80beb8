/**
 * An op as a line that a person can read:
 *
 *   @12 +"hello" -3 *5{bold}
 *
 * inserts "hello" at position 12, deletes the 3 code units behind it, and makes the next 5 bold. Positions are those in
 * the text after the op; `{-bold}` takes a format away. Whatever was typed is escaped, so that a line stays a line and a
 * terminal shows it rather than obeys it.
 */

import { type Component, componentLength, componentsOf } from '../../ot/component.ts'
import type { LoggedOp } from '../../ot/logged-op.ts'
import { type DocumentType, documentType, letter } from '../../ot/types.ts'

/** Longest text or JSON shown of one component, characters. */
const MAX_SHOWN = 60

/** @param type  of the documents in its collection; undefined when there is no such rule */
export function describeOp({ change }: LoggedOp, type: DocumentType | undefined): string {
  if ('create' in change) {
    const made = documentType(change.create.type)
    return `create ${made?.name ?? text(change.create.type)} ${describeData(change.create.data, made)}`
  }
  if ('del' in change) return 'delete the document'
  return 'op' in change ? describeData(change.op, type) : 'nothing'
}

function describeData(data: unknown, type: DocumentType | undefined): string {
  return type === letter && isListed(data) ? describeComponents(componentsOf(data)) || 'nothing' : json(data)
}

/** A log that was tampered with may hold anything, and is shown all the same. */
function isListed(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false
  const list: unknown = componentsOf(data)
  return Array.isArray(list) && list.every((item) => typeof item === 'object' && item !== null)
}

function describeComponents(components: readonly Component[]): string {
  const words: string[] = []
  let position = 0
  for (const component of components) {
    const isPlainRetain = component.retain !== undefined && component.attributes === undefined
    words.push(isPlainRetain ? `@${position + component.retain}` : describe(component))
    if (component.delete === undefined) position += componentLength(component)
  }
  return words.join(' ')
}

function describe(component: Component): string {
  if (component.delete !== undefined) return `-${component.delete}`
  const formats = Object.entries(component.attributes ?? {}).map(([name, value]) => {
    if (value === null) return `-${text(name)}`
    return value === true ? text(name) : `${text(name)}:${json(value)}`
  })
  const format = formats.length === 0 ? '' : `{${formats.join(' ')}}`
  if (component.retain !== undefined) return `*${component.retain}${format}`
  return `+${json(component.insert)}${format}`
}

/** JSON of a value, escaped and cut. A cut text says how long it was. */
function json(value: unknown): string {
  const whole = typeof value === 'string' ? value : undefined
  if (whole !== undefined && whole.length > MAX_SHOWN) {
    return `${text(JSON.stringify(whole.slice(0, MAX_SHOWN)))}…(${whole.length})`
  }
  const spelled = JSON.stringify(value) ?? 'nothing'
  return text(whole === undefined && spelled.length > MAX_SHOWN ? `${spelled.slice(0, MAX_SHOWN)}…` : spelled)
}

/** Control and format characters (a right-to-left override among them), halves of pairs, line separators. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu

/** What may be printed to a terminal as one line. */
export function text(value: string): string {
  return value.replace(UNSAFE, (character) =>
    [...character].map((one) => `\\u{${one.codePointAt(0)!.toString(16)}}`).join(''),
  )
}
