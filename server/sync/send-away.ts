import { CollabError } from '../../ot/errors.ts'
import { CLOSE } from '../../ot/wire.ts'
import type { Socket } from './socket.ts'

/**
 * Closes the socket of a client that knows another history than the database holds (rule S9). An answer would make it
 * throw away what it has not sent, or go on; a version ahead of the log is one that only the other history had.
 *
 * @returns false when the error is about something else
 */
export function sendAway(socket: Pick<Socket, 'close'>, error: unknown): boolean {
  if (!(error instanceof CollabError)) return false
  if (error.code !== 'server/restored' && error.code !== 'op/version-ahead') return false
  socket.close(CLOSE.reload, 'reload')
  return true
}
