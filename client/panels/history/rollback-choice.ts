import type { RollbackRequest, Selection, Sitting, Wanted } from '../../api.ts'
import { number } from '../when.ts'

/** What a person wants to take back, as the dialog asks for it. */
export type Purpose =
  | { readonly kind: 'restore'; readonly version: number }
  | { readonly kind: 'take-out'; readonly sitting: Sitting | null; readonly author: string | null }

export type Way = 'sitting' | 'since' | 'ever' | 'between'

/** The fields of the dialog. Times are as `datetime-local` has them: local, to the minute. */
export interface Fields {
  readonly way: Way
  readonly since: string
  readonly from: string
  readonly to: string
  readonly isWithin: boolean
}

const MINUTE = 60_000

/** Which ways there are to say which edits are meant. */
export function waysOf({ sitting, author }: Purpose & { kind: 'take-out' }): readonly Way[] {
  return [
    ...(sitting ? (['sitting'] as const) : []),
    ...(author ? (['since', 'ever'] as const) : []),
    'between',
  ]
}

/** What the fields hold when the dialog opens. @param now  milliseconds since 1970 */
export function fieldsFor(purpose: Purpose, hasSelection: boolean, now: number): Fields {
  const sitting = purpose.kind === 'take-out' ? purpose.sitting : null
  const began = sitting ? Date.parse(sitting.began) : now - 60 * MINUTE
  const ended = sitting ? Date.parse(sitting.ended) : now
  return {
    way: purpose.kind === 'take-out' ? (sitting ? 'sitting' : 'ever') : 'sitting',
    since: localMinute(began),
    from: localMinute(began),
    to: localMinute(ended),
    isWithin: hasSelection,
  }
}

/** Null while a field is not filled in, or the times are the wrong way round. */
export function requestOf(
  purpose: Purpose,
  { way, since, from, to, isWithin }: Fields,
  selection: Selection | null,
): RollbackRequest | null {
  const wanted = wantedOf(purpose, way, { since, from, to })
  return wanted && { wanted, selection: isWithin ? selection : null }
}

function wantedOf(purpose: Purpose, way: Way, times: Record<'since' | 'from' | 'to', string>): Wanted | null {
  if (purpose.kind === 'restore') return { toVersion: purpose.version }
  const { sitting, author } = purpose
  if (way === 'sitting') {
    if (!sitting) return null
    return sitting.origin === 'rollback'
      ? { undo: sitting.to }
      : { session: { from: sitting.from, to: sitting.to } }
  }
  if (way === 'ever') return author === null ? null : { author }
  if (way === 'since') {
    const since = Date.parse(times.since)
    return author === null || Number.isNaN(since) ? null : { author, since: new Date(since).toISOString() }
  }
  const from = Date.parse(times.from)
  // The whole of the last minute.
  const to = Date.parse(times.to) + MINUTE - 1
  if (Number.isNaN(from) || Number.isNaN(to) || from > to) return null
  return { from: new Date(from).toISOString(), to: new Date(to).toISOString() }
}

/**
 * The request as it was previewed: what others write while the dialog is open is not what the person wanted to take back.
 *
 * @param version  the newest version there was
 */
export function pinned(request: RollbackRequest, version: number): RollbackRequest {
  const { wanted } = request
  if (!('toVersion' in wanted) || wanted.toVersion >= version) return request
  return { ...request, wanted: { session: { from: wanted.toVersion + 1, to: version } } }
}

export function titleOf(purpose: Purpose): string {
  return purpose.kind === 'restore'
    ? `Restore version ${number(purpose.version)}`
    : 'Take out only these edits'
}

/** Local time to the minute, as `datetime-local` wants it. */
function localMinute(time: number): string {
  const date = new Date(time - new Date(time).getTimezoneOffset() * MINUTE)
  return date.toISOString().slice(0, 16)
}
