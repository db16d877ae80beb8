import type { Loss } from '../../../test/harness/tcp-proxy.ts'

/** What is wrong with a line. Faults of one line may overlap: what one of them loses is lost, delays add up. */
export interface LineFault {
  readonly loses?: Loss
  readonly delayMs?: number
  /** The client's end does not read. */
  readonly stalls?: boolean
}

export type NetworkOrders = {
  /** A line to a port of this machine. Answers the port to connect to in its place. */
  readonly lay: readonly [{ line: string; target: number }, { port: number }]
  readonly spoil: readonly [{ line: string; fault: number; as: LineFault }, null]
  /** Ends one fault; with the last one, what has lost something is reset. */
  readonly mend: readonly [{ line: string; fault: number }, null]
  /** Resets every connection of the line. */
  readonly cut: readonly [{ line: string }, null]
}
