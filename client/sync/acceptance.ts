import type { Component, Insert } from '../../ot/component.ts'
import { CollabError } from '../../ot/errors.ts'
import { keepLastNewline } from '../../ot/final-newline.ts'
import { letter } from '../../ot/letter.ts'
import { portions } from './portions.ts'

/**
 * An op as the server takes it: as a series of ops that do the same one after the other; none when there is nothing to do.
 *
 * @param make  makes it, on `before`
 * @returns     why the server could only refuse it, if it could
 */
export function acceptable(
  make: () => readonly Component[],
  before: readonly Insert[],
): readonly Component[][] | CollabError {
  try {
    const whole = keepLastNewline(make(), before)
    const series = whole.length === 0 ? [] : portions(whole)
    // The replica applies them once more. An apply costs a walk over what the op touches; a refusal, a draft.
    let after: unknown = { ops: before }
    for (const portion of series) after = letter.apply(after, letter.parseOp(portion))
    return series
  } catch (error) {
    if (error instanceof CollabError) return error
    throw error
  }
}
