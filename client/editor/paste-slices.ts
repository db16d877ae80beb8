/**
 * Cuts what is to be pasted into slices that are each converted and written in a moment.
 *
 * A slice ends where a line ends, so that the slices one after the other become what the whole would have become.
 */

/** Aimed at, in UTF-16 code units of text; a single line may be longer. */
export const SLICE = 16 * 1024

/** Plain text, cut behind line feeds. A line that is too long is cut inside, never within a surrogate pair. */
export function* textSlices(text: string, size = SLICE): Generator<string> {
  for (let start = 0; start < text.length; ) {
    let end = text.lastIndexOf('\n', start + size) + 1
    if (end <= start) {
      const next = text.indexOf('\n', start) + 1
      end = next > 0 && next - start <= 2 * size ? next : start + size
    }
    if (text.length - end < size / 2) end = text.length
    if (isHighSurrogate(text.charCodeAt(end - 1))) end += 1
    yield text.slice(start, end)
    start = end
  }
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff
}
