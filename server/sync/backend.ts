import { type CollabError, isOurFault } from '../../ot/errors.ts'
import { CLOSE } from '../../ot/wire.ts'
import type { Documents } from '../doc/documents.ts'
import type { Log } from '../log.ts'
import { CollabAgent } from './agent.ts'
import { checkMessage, type Entrant } from './gate.ts'
import { sendAway } from './send-away.ts'
import { type ShareBackend, ShareDB } from './sharedb.ts'
import type { Socket } from './socket.ts'
import { registerTypes } from './types.ts'

/** ShareDB, with our documents behind its agents and our gate before them. */
export interface Collab {
  welcome(socket: Socket, entrant: Entrant): void
}

export function openCollab(documents: Documents, log: Log): Collab {
  registerTypes()
  quietShareDb(log)
  // ShareDB's own database and pub/sub stay empty and unused: every way to them is overridden by CollabAgent,
  // and the gate lets nothing else through.
  const backend = new ShareDB({})
  const entrants = new WeakMap<object, Entrant>()
  guard(backend, (agent) => entrants.get(agent))
  const onFault = (error: unknown, socket: Socket) => {
    log.error({ err: error, document: socket.key.id, member: socket.principal.member }, 'a message failed')
  }
  return {
    welcome(socket, entrant) {
      const agent = new CollabAgent(backend, socket, { documents, onFault })
      entrants.set(agent, entrant)
      agent._open()
    },
  }
}

/** Puts the gate before everything else a backend does with a message (rule A4). */
export function guard(backend: ShareBackend, entrantOf: (agent: object) => Entrant | undefined): void {
  backend.use('receive', ({ agent, data }, next) => {
    const entrant = entrantOf(agent)
    const socket = agent.stream as Socket
    if (entrant === undefined) return socket.close(CLOSE.forbidden, 'not admitted')
    try {
      checkMessage(data, entrant)
    } catch (error) {
      if (sendAway(socket, error)) return
      // Nothing above catches: it would end the process.
      if (isOurFault(error)) return next(error)
      // No client of this protocol sends such a thing; answering would only teach it more of the same.
      if ((error as CollabError).code === 'message/malformed')
        return socket.close(CLOSE.malformed, 'malformed')
      return next(error)
    }
    next()
  })
}

/** ShareDB logs whole messages, and with them what people write. Only its own words are kept. */
export function quietShareDb(log: Log): void {
  const words = (args: readonly unknown[]) => args.filter((arg) => typeof arg === 'string').slice(0, 1)
  ShareDB.logger.setMethods({
    info: () => undefined,
    warn: (...args) => log.warn({ from: 'sharedb' }, ...(words(args) as [string])),
    error: (...args) => log.error({ from: 'sharedb' }, ...(words(args) as [string])),
  })
}
