import type { Draft } from '../../sync/draft.ts'
import { number } from '../when.ts'

type Told = Pick<Draft, 'reason' | 'code' | 'edits' | 'version'>

/** Why words were set aside, as a sentence. */
export function reasonWords({ reason, code, edits }: Told): string {
  if (edits === 0) return 'The server was restored to an earlier state and lacks words that had been saved.'
  if (reason === 'refused') {
    return code === 'op/too-large'
      ? 'The letter would have become longer than a letter can be.'
      : 'The server did not take this edit. What you wrote before and after it was saved.'
  }
  if (reason === 'restored') return 'The server was restored to an earlier state, from before you wrote this.'
  if (reason === 'behind') return 'Too much was written by others before this could be sent.'
  if (reason === 'forbidden') return 'Your right to write in this letter was taken away before this was sent.'
  if (reason === 'not-found') return 'The letter was archived before this was sent.'
  return 'This page and the server did not understand each other.'
}

/** "2 edits, based on version 1,284". */
export function baseWords({ edits, version }: Told): string {
  const some = edits === 0 ? 'Saved words' : edits === 1 ? '1 edit' : `${number(edits)} edits`
  return `${some}, based on version ${number(version)}`
}
