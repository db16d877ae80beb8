import type Quill from 'quill/core.js'
import type { Op, Delta as QuillDelta } from 'quill/core.js'
import type { Component } from '../../ot/component.ts'
import { Delta } from '../../ot/delta.ts'
import { differenceOfLines, isSame, joined, joinedLater } from './line-difference.ts'
import { stepsOf } from './long-inserts.ts'
import { lengthOf } from './stretches.ts'

/**
 * Takes out of Quill what grows with the square of a letter's length, or with its length where a key would do.
 *
 * Many lines are put in at once, whoever writes them: a paste, its redo, a colleague's paste. `applyDelta` looks up the
 * place of every line anew, which is a walk over all lines before it: a megabyte of pasted paragraphs took 7 s, and 32 s
 * with a bold word in each. `insertContents` finds its place once (0.8 s and 2.7 s); Quill itself uses it for a whole letter
 * only.
 *
 * After each change Quill reads the whole letter and compares it with what it was, unless a key of plain ASCII was pressed in
 * a paragraph of nothing else: 4 ms in a letter of 100 KB. A line remembers what it holds until it changes (`Block.cache`), so
 * only lines that are not the same object are compared.
 *
 * Where the caret is Quill asks several times for each key, and each time for the length of everything before it.
 */
export function speedUp(quill: Quill): void {
  const { editor, scroll } = quill
  scroll.length = () => lengthOf(scroll)
  const read = (): readonly QuillDelta[] => linesOf(scroll)
  // Quill's own copies what it has so far for every line.
  editor.getDelta = (): QuillDelta => joined(read())
  const applyDelta = editor.applyDelta.bind(editor)
  editor.applyDelta = (delta: QuillDelta): QuillDelta => {
    const steps = stepsOf(delta.ops as Component[])
    if (steps === null) return applyDelta(delta)
    let change = new Delta()
    for (const { at, ops, isLong } of steps) {
      const step = new Delta(ops as Op[])
      const made = isLong ? editor.insertContents(at, step) : applyDelta(new Delta().retain(at).concat(step))
      change = change.compose(made)
    }
    return change
  }
  // Invariant: `editor.delta` is what these hold, one after the other.
  let lines = read()
  editor.update = (change, _mutations, selection): QuillDelta => {
    const before = lines
    lines = read()
    // The same change can be said in several ways, and who made it has said which.
    const said = change && editor.delta.compose(change)
    const isSaid = said && isSame(said.ops, joined(lines).ops)
    editor.delta = isSaid ? said : joinedLater(lines)
    return isSaid ? change : differenceOfLines(before, lines, selection)
  }
}

interface Part {
  readonly children: { readonly head: unknown }
}
interface Line {
  delta(): QuillDelta
}

/** What each line holds. `scroll.lines()` looks up their places, several times over. */
function linesOf(part: Part, lines: QuillDelta[] = []): QuillDelta[] {
  for (let child = part.children.head as ((Part | Line) & { next: unknown }) | null; child !== null; ) {
    if ('delta' in child) lines.push(child.delta())
    else linesOf(child, lines)
    child = child.next as typeof child
  }
  return lines
}
