import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket as TcpSocket } from 'node:net'

/** The server's ends of the TCP connections that are opened from now on. */
export function connectionsOfThisProcess(): { readonly sockets: readonly TcpSocket[]; stop(): void } {
  const sockets: TcpSocket[] = []
  const note = (message: unknown) => sockets.push((message as { socket: TcpSocket }).socket)
  subscribe('net.server.socket', note)
  return { sockets, stop: () => unsubscribe('net.server.socket', note) }
}
