import { SLICE } from './paste-slices.ts'

const LINES =
  'address, article, aside, blockquote, center, dd, details, div, dl, dt, figure, footer, form, h1, h2, h3, h4, h5, h6, ' +
  'header, hr, li, main, nav, ol, p, pre, section, table, tbody, thead, tfoot, tr, ul'

/** Elements that do nothing but hold lines: cutting between two of their children changes neither. */
const HOLDERS =
  'body, article, aside, center, div, dl, form, main, ol, section, table, tbody, thead, tfoot, ul'

/**
 * HTML, cut between lines. Each slice stands in copies of the elements around it, whose formats it has.
 *
 * @param body  is emptied on the way
 */
export function* htmlSlices(body: HTMLElement, size = SLICE): Generator<string> {
  for (const slice of slicesOf(body, size)) yield slice.innerHTML
}

/** Copies of `holder`, each with some of its children. */
function* slicesOf(holder: Element, size: number): Generator<Element> {
  let slice = holder.cloneNode(false) as Element
  let length = 0
  for (const child of [...holder.childNodes]) {
    const more = child.textContent?.length ?? 0
    const isLine = isLineElement(child)
    if (length > 0 && length + more > size && isLine && endsInLine(slice)) {
      yield slice
      slice = holder.cloneNode(false) as Element
      length = 0
    }
    if (more > size && isLine && child.matches(HOLDERS) && length === 0) {
      let last: Element | null = null
      for (const part of slicesOf(child, size)) {
        if (last) yield wrapped(holder, last)
        last = part
      }
      if (last) slice.append(last)
    } else {
      slice.append(child)
    }
    length += more
  }
  if (slice.hasChildNodes()) yield slice
}

function wrapped(holder: Element, content: Element): Element {
  const copy = holder.cloneNode(false) as Element
  copy.append(content)
  return copy
}

/** What an HTML source has between two lines to look tidy is no text. */
function endsInLine(slice: Element): boolean {
  let last = slice.lastChild
  while (last instanceof Text && last.data.trim() === '') last = last.previousSibling
  return isLineElement(last)
}

function isLineElement(node: Node | null): node is Element {
  return node instanceof Element && node.matches(LINES)
}
