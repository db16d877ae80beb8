import { LIMITS } from '../../ot/wire.ts'
import type { Request } from './sharedb.ts'

/**
 * Parses what a client sent; null when no client of this protocol would have sent it.
 *
 * Depth is counted before anything is built: a message nested 200,000 deep parses, and then overflows the stack
 * of whoever walks it.
 */
export function parseMessage(text: string): Request | null {
  if (!isShallow(text, LIMITS.messageDepth)) return null
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Request) : null
  } catch {
    return null
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

function isShallow(text: string, deepest: number): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (inString) {
      if (unit === BACKSLASH) at++
      else if (unit === QUOTE) inString = false
    } else if (unit === QUOTE) {
      inString = true
    } else if (unit === OPEN_ARRAY || unit === OPEN_OBJECT) {
      if (++depth > deepest) return false
    } else if (unit === CLOSE_ARRAY || unit === CLOSE_OBJECT) {
      depth--
    }
  }
  return true
}
