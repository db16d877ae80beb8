import { type Block, blocksOf } from './blocks.ts'
import { type DrawnBlock, drawBlock, type LookOf } from './draw-block.ts'
import { keptPlaces } from './kept-places.ts'
import type { Run } from './marked-letter.ts'

export interface ShownRange {
  /** Half-open, UTF-16 code units of the letter that is shown; what was deleted has no length. */
  readonly start: number
  readonly end: number
}

/** Blocks, from which on it costs less to lay out those that are seen only. */
const LONG = 200
/** Blocks of a part: a screen's worth. A part that has grown to twice as many is cut in two. */
const PART = 32

type Shown = DrawnBlock & Pick<Block, 'key' | 'length'>

/**
 * A letter that is only looked at, drawn so that the next version is there at once: blocks that stay the same keep their
 * elements, and only the others are drawn.
 *
 * The blocks stand in parts, for a browser looks at each child of a long letter with every picture: of 2,300 blocks, to find
 * those that are on the screen, it took longer than for all that had changed.
 */
export class SheetView {
  /** Gets the parts as its children, and must have none of its own. */
  readonly root: HTMLElement
  readonly #lookOf: LookOf
  #shown: readonly Shown[] = []

  constructor(root: HTMLElement, lookOf: LookOf) {
    this.root = root
    this.#lookOf = lookOf
  }

  /** The root of a letter with many blocks has the class `past-long`. @returns the first element that changed; null when none did */
  show(runs: Iterable<Run>): HTMLElement | null {
    const blocks = blocksOf(runs)
    this.root.classList.toggle('past-long', blocks.length > LONG)
    const before = this.#shown
    const places = keptPlaces(before, blocks)
    const touched = new Set<Element>()

    const kept = new Set(places)
    before.forEach(({ element }, place) => {
      if (kept.has(place)) return
      touched.add(element.parentElement!)
      element.remove()
    })
    let first: HTMLElement | null = null
    let last: HTMLElement | null = null
    this.#shown = blocks.map((block, index) => {
      const old = before[places[index]!]
      const now = old ?? { key: block.key, length: block.length, ...drawBlock(block, this.#lookOf) }
      const { element } = now
      if (old === undefined) {
        if (last === null) (this.root.firstElementChild ?? this.#newPart(null)).prepend(element)
        else last.after(element)
        touched.add(element.parentElement!)
        first ??= element
      }
      last = element
      return now
    })
    for (const part of touched) this.#settle(part as HTMLElement)
    return first
  }

  /** What is selected of the letter, when there is more than a caret. */
  selection(): ShownRange | null {
    const selection = document.getSelection()
    if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null
    const range = selection.getRangeAt(0)
    let start = -1
    let end = -1
    let at = 0
    for (const { element, leaves, length: whole } of this.#shown) {
      if (range.intersectsNode(element)) {
        for (const leaf of leaves) {
          const { node, length } = leaf
          if (!range.intersectsNode(node)) continue
          const from = node === range.startContainer ? Math.min(range.startOffset, length) : 0
          const to = node === range.endContainer ? Math.min(range.endOffset, length) : length
          if (start < 0) start = at + leaf.start + from
          end = at + leaf.start + to
        }
      }
      at += whole
    }
    return end > start ? { start, end } : null
  }

  #newPart(before: Element | null): HTMLElement {
    const part = document.createElement('div')
    part.className = 'past-part'
    this.root.insertBefore(part, before?.nextElementSibling ?? null)
    return part
  }

  /** Cuts a part that has grown too long, takes away an empty one, and says how many blocks it has. */
  #settle(part: HTMLElement): void {
    while (part.childElementCount > 2 * PART) {
      const next = this.#newPart(part)
      next.append(...[...part.children].slice(-PART))
      next.style.setProperty('--blocks', String(PART))
    }
    if (part.childElementCount === 0) part.remove()
    else part.style.setProperty('--blocks', String(part.childElementCount))
  }
}
