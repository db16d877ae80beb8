/**
 * The three ways in which a document type refuses something. Each names the rule of ot/SPEC.md that was
 * broken in `data.rule`; nothing that was inserted is ever repeated in a message, because messages are
 * logged.
 */
import { CollabError } from './errors.ts'

/** What was sent breaks the grammar of its type, whatever the document. */
export function malformed(rule: string, message: string): CollabError {
  return new CollabError('op/malformed', `${message} (${rule})`, {
    data: { rule },
  })
}

/** What was sent, or the document after it, is over `limit`. */
export function tooLarge(rule: string, message: string, limit: number): CollabError {
  return new CollabError('op/too-large', `${message}: the limit is ${limit} (${rule})`, {
    data: { rule, limit },
  })
}

/** The op is well formed, but not for this document. */
export function doesNotFit(rule: string, message: string, cause?: unknown): CollabError {
  return new CollabError('op/does-not-fit', `${message} (${rule})`, {
    data: { rule },
    cause,
  })
}
