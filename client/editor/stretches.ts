import Block from 'quill/blots/block.js'
import Container from 'quill/blots/container.js'
import type Quill from 'quill/core.js'
import { ListContainer } from 'quill/formats/list.js'

/** A letter of fewer blocks is laid out quickly as it is. */
const FEW = 64
/** Blocks of a stretch when it is made, and when it has become too long. */
const USUAL = 24
const MANY = 48
/** After a change of the letter. */
const PAUSE_MS = 500

/** A part of a long letter: some blocks, one after the other, in an element of their own. */
class Stretch extends Container {
  static override blotName = 'stretch'
  static override className = 'stretch' // styled in letter.css
  static override tagName = 'DIV'
  static override allowedChildren = [Block, Container]

  override length(): number {
    return lengthOf(this)
  }

  /** Quill makes one of equal containers that stand side by side. */
  override checkMerge(): boolean {
    return false
  }
}

type Blot = Block | Container

/** Lines remember theirs. Quill's own way of adding them up makes a function for every step. */
export function lengthOf({ children }: Pick<Container, 'children'>): number {
  let length = 0
  for (let child = children.head; child !== null; child = child.next) length += child.length()
  return length
}

/**
 * Divides a long letter on the screen into stretches.
 *
 * With each key Chromium asks every child of the element that has changed for its place, and whether it has to be painted anew. So a
 * key in a letter of 370 paragraphs cost a third more than in one of stretches, where only the blocks of its own are asked, and the
 * other stretches.
 *
 * A stretch is no part of the letter, nor a format: the lines are the same wherever one ends and the next begins, and what is copied
 * does not have them. They are tidied up when there is time. Until then lines that were put in between two of them stand there by
 * themselves, which does no harm.
 *
 * Invariants
 *   - the block that the person is in, or that their selection ends in, is not moved: the browser would lose the selection;
 *   - two lists that follow one another come into the same stretch, where Quill makes one of them.
 */
export class Stretches {
  readonly #quill: Quill
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(quill: Quill) {
    this.#quill = quill
    quill.scroll.register(Stretch)
    this.#copyWithout()
    quill.on('editor-change', this.#onChange)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#quill.off('editor-change', this.#onChange)
  }

  /** Puts every block into a stretch, and halves those that have grown. */
  tidy(): void {
    const { scroll, composition, selection } = this.#quill
    if (composition.isComposing || selection.mouseDown) return this.#later()
    this.#quill.update('user') // what the browser has changed must not be taken for what is moved here
    const blocks = scroll.children.reduce(
      (sum, child) => sum + (child instanceof Stretch ? child.children.length : 1),
      0,
    )
    if (blocks < FEW) return
    const { anchorNode, focusNode } = document.getSelection() ?? {}
    const isHeld = ({ domNode }: Blot): boolean =>
      [anchorNode, focusNode].some((node) => node != null && domNode.contains(node))
    for (const child of childrenOf(scroll)) {
      if (child instanceof Stretch) reshape(child, isHeld)
      else if (!isHeld(child)) gather(child)
    }
    scroll.optimize()
  }

  readonly #onChange = (kind: string): void => {
    if (kind === 'text-change' && this.#timer === undefined) this.#later()
  }

  #later(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.tidy()
    }, PAUSE_MS)
  }

  /** What is copied is made of a letter whose blocks stand side by side. */
  #copyWithout(): void {
    const { editor, scroll } = this.#quill
    const children: Pick<typeof scroll.children, 'forEachAt'> = {
      forEachAt: (index, length, callback) =>
        scroll.children.forEachAt(index, length, (child, at, part) => {
          if (child instanceof Stretch) child.children.forEachAt(at, part, callback)
          else callback(child, at, part)
        }),
    }
    const flat = Object.create(scroll, {
      children: { value: children },
      line: { value: (index: number) => scroll.line(index) },
    })
    editor.getHTML = editor.getHTML.bind(Object.create(editor, { scroll: { value: flat } }))
  }
}

/** Puts a block into the stretch before it, or a new one. */
function gather(block: Blot): void {
  const { prev, next } = block
  if (prev instanceof Stretch && (prev.children.length < USUAL || areLists(prev.children.tail, block))) {
    prev.appendChild(block)
  } else if (next instanceof Stretch && areLists(block, next.children.head)) {
    next.insertBefore(block, next.children.head)
  } else {
    newStretch(block.scroll, block).appendChild(block)
  }
}

/** Halves a stretch that has grown, and lets the one before it have what is left of one that has shrunk. */
function reshape(stretch: Stretch, isHeld: (block: Blot) => boolean): void {
  const blocks = childrenOf(stretch)
  const { prev, next } = stretch
  if (blocks.length > MANY) {
    const middle = Math.floor(blocks.length / 2)
    const [start, end] = [blocks.slice(0, middle), blocks.slice(middle)]
    const half = start.some(isHeld) ? end : start
    if (half.some(isHeld)) return
    const made = newStretch(stretch.scroll, half === start ? stretch : next)
    for (const block of half) made.appendChild(block)
  } else if (prev instanceof Stretch && !blocks.some(isHeld)) {
    const isSmall = prev.children.length + blocks.length <= USUAL
    if (isSmall || areLists(prev.children.tail, blocks[0])) stretch.moveChildren(prev)
  }
}

/** @param next  what it stands before; null at the end */
function newStretch(scroll: Container['scroll'], next: Container['next']): Stretch {
  const made = scroll.create('stretch') as Stretch // by the name it has there
  scroll.insertBefore(made, next)
  return made
}

function areLists(one: unknown, other: unknown): boolean {
  return one instanceof ListContainer && other instanceof ListContainer
}

function childrenOf({ children }: Pick<Container, 'children'>): Blot[] {
  return children.map((child) => child)
}
