import type { Device } from './device.ts'
import type { LinkWorld } from './link.ts'
import type { TabChannel, TabMessage } from './tab-channel.ts'
import type { Birth } from './unborn-letters.ts'

/** Where a session lives. A test hands it its own. */
export interface SessionWorld extends LinkWorld {
  readonly device: Device
  /** Where the tabs of this browser meet that have a letter open. Without it, each is by itself. */
  channel?(name: string, hear: (message: TabMessage) => void): TabChannel
  /** Milliseconds since 1970; `now` need not be. */
  wallTime(): number
  /** See Outbox. */
  painted?(): Promise<void>
  /** Makes a letter on the server. Without it, letters that were made here stay here. */
  createLetter?(id: string, title: string): Promise<Birth>
  /** Nobody had it before, and it sorts after those that were made earlier on this device. */
  newId(): string
}

/** For `newId`. @param chance  in [0, 1) */
export function timedId(wallTime: number, chance: number): string {
  return `${String(Math.floor(wallTime)).padStart(15, '0')}-${Math.floor(chance * 2 ** 48).toString(36)}`
}
