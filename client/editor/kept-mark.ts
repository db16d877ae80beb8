import type Quill from 'quill/core.js'
import type { Range } from 'quill/core.js'

const MARK = 'kept-place' // styled in letter.css

/**
 * Marks words in the letter without touching it, in browsers that have the CSS Custom Highlight API: a browser shows
 * no selection where the focus is not, and a person who writes a link's address wants to see what it is for.
 *
 * @param range  null takes the mark away
 */
export function markRange(quill: Quill, range: Range | null): void {
  if (!('highlights' in CSS)) return
  CSS.highlights.delete(MARK)
  if (range === null || range.length === 0) return
  const [start, startOffset, end, endOffset] = quill.selection.rangeToNative(range)
  if (!start || !end) return
  const marked = document.createRange()
  marked.setStart(start, startOffset)
  marked.setEnd(end, endOffset)
  CSS.highlights.set(MARK, new Highlight(marked))
}
