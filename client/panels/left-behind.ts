import { openSession } from '../sync/browser-world.ts'
import { enterLetter, leaveLetter } from '../sync/open-letters.ts'
import { createLetter } from './letter-births.ts'

/** Sends what closed tabs left in these letters: each stays open until the server has everything, and no longer. */
export async function sendLeftBehind(memberId: string, letters: readonly string[]): Promise<void> {
  for (const id of letters) {
    const session = enterLetter(id, memberId, (id, member) => openSession(id, member, createLetter))
    // Before it has looked at the device, nothing waits in it.
    await session.open()
    leaveLetter(id)
  }
}
