import { parseFormat, parseImage } from '../../ot/formats.ts'

/**
 * What a person types as an address, made into one that letters take: http, https or mailto.
 *
 * A bare domain gets https, a bare mail address gets mailto. Anything else with a scheme of its own is refused,
 * not repaired.
 *
 * @returns null when it is no such address
 */
export function linkAddress(typed: string): string | null {
  const text = typed.trim()
  const url = SCHEME.test(text)
    ? text
    : MAIL.test(text)
      ? `mailto:${text}`
      : DOMAIN.test(text)
        ? `https://${text}`
        : null
  if (url === null) return null
  const safe = escaped(url)
  return accepts(() => parseFormat('link', safe)) ? safe : null
}

/** The https address of an image; null when it is none. */
export function imageAddress(typed: string): string | null {
  const text = typed.trim()
  const url = escaped(SCHEME.test(text) || !DOMAIN.test(text) ? text : `https://${text}`)
  return accepts(() => parseImage(url)) ? url : null
}

/** Anything that reads as a scheme, but for `example.com:8080/…`, which is a domain and a port. */
const SCHEME = /^[a-z][a-z0-9+.-]*:(?!\d)/i
const MAIL = /^[^\s@/]+@[^\s@/]+\.[^\s@/]+$/
const DOMAIN = /^(?:localhost|[^\s/:?#@]+\.[^\s/:?#@.]+)(?::\d+)?(?:[/?#]|$)/i

/** Blanks, quotes and brackets, which people paste and a URL cannot hold. */
function escaped(url: string): string {
  return url.replace(/[\s"'<>\\`]/gu, (character) => encodeURIComponent(character).replace("'", '%27'))
}

function accepts(parse: () => unknown): boolean {
  try {
    parse()
    return true
  } catch {
    return false // only the parser throws, and it only says no
  }
}
