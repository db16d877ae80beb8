import type Quill from 'quill/core.js'
import { Range } from 'quill/core.js'

/** The whole link that a caret is in; any other place as it is. */
export function wholeLink(quill: Quill, place: Range): Range {
  const url = place.length > 0 ? undefined : quill.getFormat(place.index).link
  if (!url) return place
  const isLinked = (index: number) => quill.getFormat(index, 1).link === url
  let start = place.index
  let end = place.index
  while (start > 0 && isLinked(start - 1)) start -= 1
  while (end < quill.getLength() && isLinked(end)) end += 1
  return new Range(start, end - start)
}
