/** The four workloads in which people type. */

import type { Content, SystemName } from '../systems/system.ts'
import { measureTyping, type Typing } from './typing.ts'
import type { Workload } from './workload.ts'

const EVERYBODY: readonly SystemName[] = ['postgres', 'memory', 'hocuspocus']

const FORMATTED_RUNS = 2_000
const PLAIN = 'The quick brown fox jumps over the lazy dog, and '
const FORMATTED = 'so'

function typing(id: 'W1' | 'W2' | 'W3' | 'W4', title: string, what: Typing): Workload {
  return { id, title, peers: EVERYBODY, measure: (setting) => measureTyping(what, setting) }
}

export const TYPING: readonly Workload[] = [
  typing('W1', '50 editors in one letter, as fast as they are acknowledged', {
    ...{ editors: 50, letters: 1, pace: { kind: 'closed' } },
  }),
  typing('W2', '50 editors in one letter, 5 ops a second each', {
    ...{ editors: 50, letters: 1, pace: { kind: 'open', opsPerSecond: 5 } },
  }),
  typing('W3', '100 editors in 50 letters, as fast as they are acknowledged', {
    ...{ editors: 100, letters: 50, pace: { kind: 'closed' } },
  }),
  typing('W4', '50 editors in one letter of 100 KB with 2,000 formatted runs', {
    ...{ editors: 50, letters: 1, pace: { kind: 'closed' }, content: formattedLetter() },
  }),
]

/**
 * Formatted runs of two characters between plain ones. An insertion splits a run when it falls inside one that is
 * formatted; these are so short that the letter stays what it is while thousands of characters are typed into it.
 */
function formattedLetter(): Content {
  const styles = [{ bold: true }, { italic: true }, { underline: true }]
  const runs = Array.from({ length: FORMATTED_RUNS }, (_, index) => [
    { insert: PLAIN },
    { insert: FORMATTED, attributes: styles[index % styles.length]! },
  ])
  return [...runs.flat(), { insert: '\n' }]
}
