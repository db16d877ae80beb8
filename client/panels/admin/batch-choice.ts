import type { Letter, Wanted } from '../../api.ts'

/** What is to be taken back in several letters, as the dialog asks for it. Times are local, to the minute. */
export interface BatchFields {
  readonly way: 'moment' | 'author' | 'between'
  readonly moment: string
  /** A member's id; empty while none is chosen. */
  readonly author: string
  readonly since: string
  readonly from: string
  readonly to: string
}

const MINUTE = 60_000

/** Null while a field is not filled in, or the times are the wrong way round. @param newest  of any of the letters */
export function batchWanted(fields: BatchFields, newest: number): Wanted | null {
  const { way, author } = fields
  const iso = (time: number) => new Date(time).toISOString()
  if (way === 'author') {
    const since = Date.parse(fields.since)
    if (author === '') return null
    return Number.isNaN(since) ? { author } : { author, since: iso(since) }
  }
  // How it was at a minute is how it was when the minute began.
  const from = Date.parse(way === 'moment' ? fields.moment : fields.from)
  const to = way === 'moment' ? newest : Date.parse(fields.to) + MINUTE - 1
  return Number.isNaN(from) || Number.isNaN(to) || from > to ? null : { from: iso(from), to: iso(to) }
}

/** A letter that was not there at the moment cannot be as it was then. */
export function existed({ createdAt }: Letter, { way, moment }: BatchFields): boolean {
  return way !== 'moment' || Date.parse(createdAt) < Date.parse(moment)
}
