/** What is measured: our server, and the peers. */

import type { Database } from '../database.ts'
import type { Letter, Protocol, Target } from '../load/orders.ts'
import type { Stage } from '../stage.ts'
import type { ServerProcess } from './server-process.ts'

export type SystemName = 'copperplate' | 'postgres' | 'memory' | 'hocuspocus'

/** A letter's content: a Delta of inserts that ends with a newline. */
export type Content = readonly {
  readonly insert: string
  readonly attributes?: Readonly<Record<string, unknown>>
}[]

/** What a letter has come to. */
export interface Head {
  /** null where the server does not number ops. */
  readonly version: number | null
  readonly length: number
  /** null where only the length can be told. */
  readonly text: string | null
}

export interface System {
  readonly name: SystemName
  readonly title: string
  readonly protocol: Protocol
  /** When an op is acknowledged, in a word. */
  readonly acknowledges: string
  start(stage: Stage): Promise<RunningSystem>
}

export interface RunningSystem {
  readonly target: Target
  readonly server: ServerProcess
  /** null when nothing is stored. */
  readonly database: Database | null
  /** What person number `index` shows at the door. */
  token(index: number): string
  /** New letters with this content; without one they hold a newline, or nothing where letters begin with nothing. */
  letters(count: number, content?: Content): Promise<Letter[]>
  /**
   * A letter with this content and `ops` replacements of one character behind it: as long as without them, with a long
   * history. Absent where a history does not outlast the server.
   */
  letterWithLog?(content: Content, ops: number): Promise<Letter>
  /** Reads a letter as a new client would. */
  head(letter: Letter): Promise<Head>
  /** Ends the server and starts it again on the same database. */
  restart(): Promise<void>
  close(): Promise<void>
}

export function lengthOf(content: Content): number {
  return content.reduce((sum, { insert }) => sum + insert.length, 0)
}
