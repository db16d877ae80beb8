import type { LoggedOp } from '../../ot/logged-op.ts'
import type { DocumentKey } from '../doc/types.ts'

/**
 * An op as one WebSocket text frame, ready to be written to any number of sockets (rule R1).
 *
 * It is ShareDB's own op message. The author gets the same bytes as everybody else: a client takes an op that
 * carries its own source and seq as the acknowledgement, so that one buffer serves a whole room. A fixup, which
 * only the author must apply, rides along; others ignore it.
 */
export function opFrame(key: DocumentKey, op: LoggedOp): Buffer {
  const source = op.source === null ? '' : `,"src":${JSON.stringify(op.source)},"seq":${op.seq}`
  const head = `{"a":"op","c":${JSON.stringify(key.collection)},"d":${JSON.stringify(key.id)},"v":${op.version - 1}${source}`
  const change = op.body === '{}' ? '}' : `,${op.body.slice(1)}`
  return textFrame(head + fixupOf(op) + change)
}

/** The ops of one commit, one frame after the other in one buffer. */
export function opFrames(key: DocumentKey, ops: readonly LoggedOp[]): Buffer {
  if (ops.length === 1) return opFrame(key, ops[0]!)
  return Buffer.concat(ops.map((op) => opFrame(key, op)))
}

/** The acknowledgement's `fixup` field, from what was stored with the op; the empty string when it has none. */
function fixupOf(op: LoggedOp): string {
  if (op.meta === null) return ''
  const fixup = fixupIn(op)
  if (fixup === null) return ''
  return `,"fixup":${JSON.stringify([{ src: op.source, seq: op.seq, v: op.version - 1, op: fixup }])}`
}

/** What the author of an op must apply after it to be where everybody else is; null when nothing. */
export function fixupIn(op: LoggedOp): unknown | null {
  if (op.meta === null) return null
  return (JSON.parse(op.meta) as { fixup?: unknown }).fixup ?? null // written by us
}

const FINAL_TEXT = 0x81

/** A server's WebSocket text frame (RFC 6455 §5.2): unmasked, unfragmented, uncompressed. */
export function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(header + length)
  frame[0] = FINAL_TEXT
  if (header === 2) {
    frame[1] = length
  } else if (header === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeBigUInt64BE(BigInt(length), 2)
  }
  frame.write(text, header)
  return frame
}
