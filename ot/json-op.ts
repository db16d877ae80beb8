/** The ops on JSON documents: their shape, their canonical form, and what this project asks of ot-json1. */
import { type Doc, type JSONOp, type as json1, WriteCursor } from 'ot-json1'
import { malformed } from './refusal.ts'

/** A step of a text edit: skip so many code points, insert a string, delete so many code points. */
export type TextEdit = readonly (number | string | { readonly d: number })[]

/** What happens at one path. In canonical form `r` is `true` and deletions are counted, not spelled out. */
export interface EditComponent {
  readonly p?: number
  readonly d?: number
  readonly r?: true
  readonly i?: Doc
  readonly es?: TextEdit
  readonly ena?: number
}

export type OpList = (number | string | EditComponent | OpList)[]

/** The part of ot-json1 that is used here, with types that say what goes in and out. */
export const library: {
  readonly name: string
  readonly uri: string
  apply(document: Doc | undefined, op: JSONOp): Doc | undefined
  compose(a: JSONOp, b: JSONOp): JSONOp
  normalize(op: JSONOp): JSONOp
  checkValidOp(op: JSONOp): void
  invertWithDoc(op: JSONOp, document: Doc): JSONOp
  /** A type that calls `mayResolve` at each conflict before it resolves it. */
  typeAllowingConflictsPred(mayResolve: () => boolean): {
    transform(op: JSONOp, over: JSONOp, side: 'left' | 'right'): JSONOp
  }
} = json1

/** @throws CollabError `op/malformed` J1.6 when keys, lists, picks or drops are out of order */
export function checkJsonOp(op: OpList): void {
  try {
    library.checkValidOp(asOp(op))
  } catch (cause) {
    throw malformed('J1.6', `The op is not put together as json1 asks: ${(cause as Error).message}`)
  }
}

/** Rule J4: picks numbered in order, no edits that do nothing, nothing kept of what is removed. */
export function canonicalJsonOp(op: OpList | JSONOp): JSONOp {
  return op === null ? null : library.normalize(rebuilt(op as OpList, canonicalComponent))
}

/** The op with each component replaced. */
export function rebuilt(op: OpList, replace: (component: EditComponent) => EditComponent): JSONOp {
  const cursor = new WriteCursor(null)
  cursor.mergeTree(asOp(op), (component, writer) => {
    for (const [key, value] of Object.entries(replace(component as EditComponent))) {
      writer.write(key as keyof EditComponent, value)
    }
  })
  return cursor.get()
}

/** True when the op has a component of which `test` holds. */
export function someComponent(op: JSONOp, test: (component: EditComponent) => boolean): boolean {
  const search = (list: OpList): boolean =>
    list.some((item) => {
      if (Array.isArray(item)) return search(item)
      return typeof item === 'object' && test(item)
    })
  return op !== null && search(op as OpList)
}

/** An op taken apart at its root: what happens there, and what happens under each key or index. */
export interface Level {
  readonly component: EditComponent | undefined
  readonly branches: ReadonlyMap<string | number, OpList>
}

export function levelOf(op: OpList): Level {
  const [first] = op
  const component = typeof first === 'object' && !Array.isArray(first) ? first : undefined
  const [next, ...rest] = component === undefined ? op : op.slice(1)
  // A descent along one key is written in place, descents along several as lists.
  const lists = Array.isArray(next) ? [next, ...rest] : next === undefined ? [] : [[next, ...rest]]
  return {
    component,
    branches: new Map((lists as OpList[]).map(([key, ...part]) => [key as string | number, part])),
  }
}

/** The op that `levelOf` takes apart; `null` when there is nothing in it. */
export function joined({ component, branches }: Level): OpList | null {
  const lists = [...branches].map(([key, part]): OpList => [key, ...part])
  const op: OpList = component === undefined ? [] : [component]
  op.push(...(lists.length === 1 ? lists[0] : lists))
  return op.length === 0 ? null : op
}

/** How many keys, indexes and components an op has. */
export function itemsOf(op: JSONOp): number {
  const count = (list: OpList): number =>
    list.reduce<number>((sum, item) => sum + (Array.isArray(item) ? count(item) : 1), 0)
  return op === null ? 0 : count(op as OpList)
}

export function isMove(component: EditComponent): boolean {
  return component.p !== undefined || component.d !== undefined
}

function canonicalComponent(component: EditComponent): EditComponent {
  const { r, es, ena, ...rest } = component
  return {
    ...rest,
    ...(r !== undefined && { r: true as const }),
    ...(es !== undefined && { es: es.map(counted) }),
    ...(ena !== undefined && ena !== 0 && { ena }),
  }
}

function counted(step: TextEdit[number]): TextEdit[number] {
  // An inverse spells out what it deletes, whatever the type of the canonical form says.
  const d: number | string | undefined = typeof step === 'object' ? step.d : undefined
  return typeof d === 'string' ? { d: [...d].length } : step
}

/** ot-json1 types its lists as mutable. It does not change them. */
function asOp(op: OpList): JSONOp {
  return op as JSONOp
}
