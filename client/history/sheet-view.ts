import { type Block, blocksOf } from './blocks.ts'
import { type DrawnBlock, drawBlock, type LookOf } from './draw-block.ts'
import type { Run } from './marked-letter.ts'

/**
 * A letter that is only looked at, drawn so that the next version is there at once: blocks that stay the same keep their
 * elements, and only the others are drawn.
 */
export interface ShownRange {
  /** Half-open, UTF-16 code units of the letter that is shown; what was deleted has no length. */
  readonly start: number
  readonly end: number
}

/** Blocks, from which on it costs less to lay out those that are seen only. */
const LONG = 200

interface Shown {
  readonly block: Block
  readonly drawn: DrawnBlock
}

export class SheetView {
  /** Gets the blocks as its children, and must have none of its own. */
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
    const isSame = (old: Shown | undefined, block: Block | undefined) =>
      old !== undefined && old.block.key === block?.key
    let first = 0
    while (first < blocks.length && isSame(before[first], blocks[first])) first++
    let rest = 0
    const most = Math.min(blocks.length, before.length) - first
    while (rest < most && isSame(before.at(-1 - rest), blocks.at(-1 - rest))) rest++

    const changed = this.#replace(
      before.slice(first, before.length - rest),
      blocks.slice(first, blocks.length - rest),
      before[before.length - rest]?.drawn.element ?? null,
    )
    this.#shown = [...before.slice(0, first), ...changed, ...before.slice(before.length - rest)]
    return changed[0]?.drawn.element ?? null
  }

  /** What is selected of the letter, when there is more than a caret. */
  selection(): ShownRange | null {
    const selection = document.getSelection()
    if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null
    const range = selection.getRangeAt(0)
    let start = -1
    let end = -1
    let at = 0
    for (const { block, drawn } of this.#shown) {
      if (range.intersectsNode(drawn.element)) {
        for (const leaf of drawn.leaves) {
          const { node, length } = leaf
          if (!range.intersectsNode(node)) continue
          const from = node === range.startContainer ? Math.min(range.startOffset, length) : 0
          const to = node === range.endContainer ? Math.min(range.endOffset, length) : length
          if (start < 0) start = at + leaf.start + from
          end = at + leaf.start + to
        }
      }
      at += block.length
    }
    return end > start ? { start, end } : null
  }

  /** Puts `blocks` where the old ones are, keeping the elements of those that look the same. */
  #replace(before: readonly Shown[], blocks: readonly Block[], end: Element | null): Shown[] {
    const kept = new Map<string, Shown[]>()
    for (const old of before) {
      const alike = kept.get(old.block.key)
      if (alike === undefined) kept.set(old.block.key, [old])
      else alike.push(old)
    }
    const shown = blocks.map(
      (block) => kept.get(block.key)?.shift() ?? { block, drawn: drawBlock(block, this.#lookOf) },
    )
    for (const gone of kept.values()) for (const { drawn } of gone) drawn.element.remove()
    let place = end
    for (const { drawn } of shown.toReversed()) {
      if (drawn.element.nextSibling !== place || drawn.element.parentNode !== this.root) {
        this.root.insertBefore(drawn.element, place)
      }
      place = drawn.element
    }
    return shown
  }
}
