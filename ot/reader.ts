import {
  type Component,
  componentLength,
  type Delete,
  type Insert,
  insertion,
  type Retain,
} from './component.ts'

/**
 * Reads a list of components from left to right in pieces of any length, as two lists must be read side by
 * side. Past its end an op goes on as one endless plain retain.
 */
export class Reader<C extends Component = Component> {
  readonly #components: readonly C[]
  #index = 0
  /** How much of the component at `#index` has been taken. */
  #offset = 0

  constructor(components: readonly C[]) {
    this.#components = components
  }

  get isAtEnd(): boolean {
    return this.#index >= this.#components.length
  }

  /** The component that is being read, whole. */
  get current(): C | undefined {
    return this.#components[this.#index]
  }

  /** What is left of the component that is being read. */
  get left(): number {
    const component = this.#components[this.#index]
    return component === undefined ? Number.POSITIVE_INFINITY : componentLength(component) - this.#offset
  }

  /** Takes `length` code units, at most `left`; all that is left when no length is given. */
  take(length = this.left): C | Retain {
    const component = this.#components[this.#index]
    if (component === undefined) return { retain: length }
    const start = this.#offset
    const whole = componentLength(component)
    if (start + length >= whole) {
      this.#index++
      this.#offset = 0
    } else {
      this.#offset = start + length
    }
    return length === whole ? component : (piece(component, start, length) as C)
  }

  /** Goes `length` code units further. */
  skip(length: number): void {
    let offset = this.#offset + length
    while (this.#index < this.#components.length) {
      const whole = componentLength(this.#components[this.#index])
      if (offset < whole) break
      offset -= whole
      this.#index++
    }
    this.#offset = this.isAtEnd ? 0 : offset
  }
}

/** `length` code units of a component, from `start`. */
export function piece(component: Insert, start: number, length: number): Insert
export function piece(component: Component, start: number, length: number): Component
export function piece(component: Component, start: number, length: number): Component {
  const { attributes } = component
  if (typeof component.insert === 'string') {
    return insertion(component.insert.substring(start, start + length), attributes)
  }
  if (component.insert !== undefined) return component
  if (component.delete !== undefined) return { delete: length } satisfies Delete
  return attributes === undefined ? { retain: length } : { retain: length, attributes }
}
