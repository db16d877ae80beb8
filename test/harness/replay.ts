/** Types a plan again through a server, with two stock clients. */

import { GatedSocket } from './gated-socket.ts'
import type { Step } from './replay-plan.ts'
import { type StockClient, type StockClientOptions, stockClient } from './stock-client.ts'
import { opOf } from './traces.ts'

export interface Typist {
  readonly client: StockClient
  readonly gate: GatedSocket
}

/** A stock client whose socket has a gate, subscribed. */
export async function typist(
  serverUrl: string,
  docId: string,
  token: string,
  options: Omit<StockClientOptions, 'through'> = {},
): Promise<Typist> {
  let gate: GatedSocket | undefined
  const client = stockClient(serverUrl, docId, token, {
    ...options,
    through: (socket) => {
      gate = new GatedSocket(socket)
      return gate
    },
  })
  await client.subscribed()
  // Each edit leaves on its own: composed, a later one would reach the server before its time.
  client.doc.preventCompose = true
  return { client, gate: gate! }
}

/**
 * Does the steps in their order. Both typists are at one version at the start, with nothing pending, and nobody else
 * edits the document.
 *
 * @throws when the server refuses an op or does not answer, or a client library reports an error
 */
export async function replay(steps: readonly Step[], typists: readonly [Typist, Typist]): Promise<void> {
  const base = typists[0].gate.version
  for (const step of steps) {
    const { client, gate } = typists[step.agent]
    if (step.do === 'type') client.doc.submitOp(opOf(step.edit.patches))
    else if (step.do === 'letGo') await gate.letGo()
    else await gate.receive(base + step.version)
  }
  for (const { client } of typists) {
    await client.settled()
    if (client.errors.length > 0)
      throw new AggregateError(client.errors, 'The client library reported errors.')
  }
}
