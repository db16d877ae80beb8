import type { Attributes } from '../../ot/attributes.ts'
import type { Embed } from '../../ot/component.ts'
import type { Block, Line } from './blocks.ts'
import type { Mark, Run } from './marked-letter.ts'

/**
 * Draws a block with the elements and classes the editor gives it, so that the same styles apply and a letter of the past
 * looks as it did. A test holds the two to the same pixels.
 */

/** How a mark looks, besides its kind. */
export interface MarkLook {
  /** A CSS colour: the person's. */
  readonly colour: string
  /** What it says of itself: "Added by Editor Two". */
  readonly words: string
}
export type LookOf = (mark: Mark) => MarkLook

/** A leaf of a drawn block: a text node or an image, and where in the block it begins. */
export interface Leaf {
  readonly node: Node
  readonly start: number
  /** 0 for what was deleted. */
  readonly length: number
}

export interface DrawnBlock {
  readonly element: HTMLElement
  readonly leaves: readonly Leaf[]
}

export function drawBlock(block: Block, lookOf: LookOf): DrawnBlock {
  const pen = new Pen(lookOf)
  if (block.kind === 'line') return pen.drawn(pen.line(block.lines[0]!))
  const element = document.createElement(block.kind === 'list' ? 'ol' : 'div')
  if (block.kind === 'code') element.className = 'ql-code-block-container'
  element.append(...block.lines.map((line) => pen.line(line)))
  return pen.drawn(element)
}

class Pen {
  readonly #lookOf: LookOf
  readonly #leaves: Leaf[] = []
  #at = 0

  constructor(lookOf: LookOf) {
    this.#lookOf = lookOf
  }

  drawn(element: HTMLElement): DrawnBlock {
    return { element, leaves: this.#leaves }
  }

  line({ runs, attributes, mark }: Line): HTMLElement {
    const element = lineElement(attributes)
    let open: Wrapper[] = []
    for (const run of runs) open = this.#run(run, element, open)
    if (mark !== undefined && mark.kind !== 'written') this.#lineEnd(element, mark)
    else if (runs.length === 0) element.append(document.createElement('br'))
    if (mark?.kind !== 'deleted') this.#at += 1
    return element
  }

  /** @returns the elements it stands in, for the next run to go on in where they are the same */
  #run({ insert, attributes, mark }: Run, line: HTMLElement, open: readonly Wrapper[]): Wrapper[] {
    const wrappers = [...(mark === undefined ? [] : [markWrapper(mark)]), ...wrappersOf(attributes)]
    let shared = 0
    while (shared < open.length && shared < wrappers.length && open[shared]!.key === wrappers[shared]!.key) {
      wrappers[shared] = open[shared]!
      shared++
    }
    let parent: Element = shared === 0 ? line : wrappers[shared - 1]!.element!
    for (const wrapper of wrappers.slice(shared)) {
      wrapper.element = wrapper.mark ? this.#markElement(wrapper.mark) : elementOf(wrapper)
      parent.append(wrapper.element)
      parent = wrapper.element
    }
    const node = typeof insert === 'string' ? document.createTextNode(insert) : image(insert)
    const length = mark?.kind === 'deleted' ? 0 : typeof insert === 'string' ? insert.length : 1
    this.#leaves.push({ node, start: this.#at, length })
    this.#at += length
    parent.append(node)
    return wrappers
  }

  #markElement(mark: Mark): HTMLElement {
    const { colour, words } = this.#lookOf(mark)
    const element = document.createElement(TAGS[mark.kind])
    element.className = `past past-${mark.kind}`
    element.style.setProperty('--who', colour)
    element.dataset.tip = words
    return element
  }

  /** A line break that came, went or changed what its line is. */
  #lineEnd(line: HTMLElement, mark: Mark): void {
    const sign = this.#markElement(mark)
    sign.classList.add('past-end')
    sign.append('¶')
    line.append(sign)
  }
}

const TAGS = { written: 'span', added: 'ins', deleted: 'del', formatted: 'span' } as const

const CLASSES: Readonly<Record<string, string>> = {
  align: 'ql-align',
  direction: 'ql-direction',
  indent: 'ql-indent',
}

function lineElement(attributes: Attributes): HTMLElement {
  const element = document.createElement(lineTag(attributes))
  if (attributes['code-block']) element.className = 'ql-code-block'
  for (const [name, prefix] of Object.entries(CLASSES)) {
    if (attributes[name]) element.classList.add(`${prefix}-${attributes[name]}`)
  }
  if (attributes.list) {
    element.dataset.list = String(attributes.list)
    const sign = element.appendChild(document.createElement('span'))
    sign.className = 'ql-ui'
  }
  return element
}

function lineTag(attributes: Attributes): string {
  if (attributes.list) return 'li'
  if (attributes.header) return `h${attributes.header}`
  if (attributes['code-block']) return 'div'
  return attributes.blockquote ? 'blockquote' : 'p'
}

/** An element around text. */
interface Wrapper {
  readonly key: string
  readonly tag: string
  readonly attributes: Readonly<Record<string, string>>
  readonly mark?: Mark
  element?: HTMLElement
}

/** From the outside in, as the editor nests them. */
const NESTING = ['code', 'script', 'bold', 'italic', 'strike', 'underline', 'link', 'span']
const INLINE_TAGS: Readonly<Record<string, string>> = {
  code: 'code',
  bold: 'strong',
  italic: 'em',
  strike: 's',
  underline: 'u',
  link: 'a',
}

const ELSEWHERE = { rel: 'noopener noreferrer', target: '_blank' }

interface Nested {
  readonly name: string
  readonly tag: string
  readonly attributes: Record<string, string>
}

const nestings = new WeakMap<Attributes, readonly Nested[]>()

function wrappersOf(attributes: Attributes | undefined): Wrapper[] {
  if (attributes === undefined) return []
  let nested = nestings.get(attributes)
  if (nested === undefined) {
    nested = nest(attributes)
    nestings.set(attributes, nested)
  }
  return nested.map(({ tag, attributes: own }) => ({ key: tag + JSON.stringify(own), tag, attributes: own }))
}

/** A colour, a font or a size goes on the outermost element there is when its turn comes, as it does in the editor. */
function nest(attributes: Attributes): Nested[] {
  const nested: Nested[] = []
  for (const [name, value] of Object.entries(attributes)) {
    const tag = name === 'script' ? (value === 'sub' ? 'sub' : 'sup') : INLINE_TAGS[name]
    if (tag !== undefined) {
      const place = nested.findIndex((outer) => NESTING.indexOf(outer.name) > NESTING.indexOf(name))
      const own: Record<string, string> = {}
      if (name === 'link') Object.assign(own, { href: String(value), ...ELSEWHERE })
      nested.splice(place < 0 ? nested.length : place, 0, { name, tag, attributes: own })
      continue
    }
    const style = styleOf(name, String(value))
    if (style === null) continue
    if (nested.length === 0) nested.push({ name: 'span', tag: 'span', attributes: {} })
    const [key, text] = style
    const outer = nested[0]!.attributes
    outer[key] = outer[key] === undefined ? text : `${outer[key]} ${text}`
  }
  return nested
}

function styleOf(name: string, value: string): readonly [string, string] | null {
  if (name === 'color') return ['style', `color: ${value};`]
  if (name === 'background') return ['style', `background-color: ${value};`]
  if (name === 'font' || name === 'size') return ['class', `ql-${name}-${value}`]
  return null
}

function markWrapper(mark: Mark): Wrapper {
  return { key: `${mark.kind} ${mark.author} ${mark.formats.join()}`, tag: '', attributes: {}, mark }
}

function elementOf({ tag, attributes }: Wrapper): HTMLElement {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    // Not as an attribute: the page's content security policy refuses those.
    if (name === 'style') element.style.cssText = value
    else element.setAttribute(name, value)
  }
  return element
}

function image(embed: Embed): HTMLImageElement {
  const element = document.createElement('img')
  element.src = embed.image
  element.alt = `Image ${/([^/?#]*)(?:[?#].*)?$/.exec(embed.image)?.[1] ?? ''}`
  return element
}
