/** How long it takes to open a letter: from the first packet to the moment the client has it and hears of every op. */

import { within } from '../../../test/harness/deadline.ts'
import { now } from './clock.ts'
import type { Editor } from './editor.ts'
import type { Seat, Target } from './orders.ts'
import { SharedbEditor } from './sharedb-editor.ts'
import { Tally } from './tally.ts'
import { YjsEditor } from './yjs-editor.ts'

export const EDITORS = { sharedb: SharedbEditor, yjs: YjsEditor } as const

const OPEN_MS = 60_000

export interface Opened {
  readonly editor: Editor
  readonly ms: number
}

/** The editor is to be closed. @throws when the server does not let it in */
export async function openLetter(target: Target, seat: Seat): Promise<Opened> {
  let fail: (error: Error) => void = () => undefined
  const failed = new Promise<never>((_, reject) => {
    fail = reject
  })
  const tally: Tally = new Tally(() => fail(new Error(tally.fault!)))
  // Later faults are nobody's.
  failed.catch(() => undefined)
  const start = now()
  const editor = new EDITORS[target.protocol](seat, target, undefined, tally)
  await within(OPEN_MS, 'a letter to open', Promise.race([editor.opening, failed]))
  return { editor, ms: now() - start }
}
