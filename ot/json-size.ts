/**
 * How large and how deep a JSON value is.
 *
 * The size is counted in UTF-16 code units of its strings and keys, plus one for every value: close to the
 * length of its JSON text, but without writing it. Documents are immutable and share what an op leaves alone,
 * so measures are remembered by object: after an op only the containers on its path are counted again.
 */
import type { Doc } from 'ot-json1'

export interface Measure {
  readonly size: number
  /** 0 for a scalar, 1 for a container of scalars. */
  readonly depth: number
}

const measures = new WeakMap<object, Measure>()

/** Neither cyclic nor deeper than the stack: what comes from outside went through ot/json-grammar.ts. */
export function measure(value: Doc): Measure {
  if (typeof value === 'string') return { size: 1 + value.length, depth: 0 }
  if (typeof value !== 'object' || value === null) return SCALAR
  const known = measures.get(value)
  if (known !== undefined) return known
  const counted = count(value)
  measures.set(value, counted)
  return counted
}

const SCALAR: Measure = { size: 1, depth: 0 }

function count(container: Doc[] | { [key: string]: Doc }): Measure {
  let size = 1
  let depth = 0
  const add = (child: Doc) => {
    const part = measure(child)
    size += part.size
    depth = Math.max(depth, part.depth)
  }
  if (Array.isArray(container)) {
    container.forEach(add)
  } else {
    for (const key of Object.keys(container)) {
      size += key.length
      add(container[key])
    }
  }
  return { size, depth: depth + 1 }
}
