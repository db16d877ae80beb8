/**
 * Reads from a trace of Chromium what each key cost.
 *
 * Chromium writes an `EventTiming` for every event that a page could notice, as the Event Timing API has it: from the
 * press to the frame that shows what it did. The API rounds to 8 ms; the trace does not.
 */

export interface KeyCost {
  /** From the press to the frame, ms. */
  readonly paint: number
  /** Of that, until the page began to handle it, ms: what else it was doing. */
  readonly wait: number
  /**
   * From the handling of the press until its frame is handed over to be drawn: time of the processor that the page's own
   * thread used, ms. It says what the editor costs, whatever else the machine does.
   */
  readonly work: number
}

interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly tid: number
  /** Microseconds; `dur` is how long it took, and `tts` and `tdur` the same by the clock of its thread. */
  readonly ts: number
  readonly tts?: number
  readonly tdur?: number
  readonly id2?: { readonly local?: string }
  readonly id?: string
  readonly args: { readonly data?: EventData }
}

interface EventData {
  readonly type?: string
  /** Milliseconds. */
  readonly timeStamp: number
  readonly processingStart: number
}

export function keysIn(trace: string): readonly KeyCost[] {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] }
  const costs: KeyCost[] = []
  const handled = traceEvents.filter(
    ({ name, args }) => name === 'EventDispatch' && args.data?.type === 'keydown',
  )
  const commits = traceEvents.filter(({ name, ph }) => name === 'Commit' && ph === 'X')
  const begun = new Map<string, TraceEvent>()
  for (const event of traceEvents.sort((a, b) => a.ts - b.ts)) {
    if (event.name !== 'EventTiming') continue
    const id = event.id2?.local ?? event.id ?? ''
    if (event.ph === 'b') begun.set(id, event)
    const begin = begun.get(id)
    const data = begin?.args.data
    if (event.ph !== 'e' || begin === undefined || data === undefined) continue
    begun.delete(id)
    if (data.type !== 'keydown') continue
    const press = handled.find(({ ts }) => ts >= begin.ts)
    const commit = commits.find(({ ts, tid }) => press !== undefined && ts > press.ts && tid === press.tid)
    if (press?.tts === undefined || commit?.tts === undefined) continue
    costs.push({
      paint: (event.ts - begin.ts) / 1_000,
      wait: data.processingStart - data.timeStamp,
      work: (commit.tts + (commit.tdur ?? 0) - press.tts) / 1_000,
    })
  }
  return costs
}

/** @param share  0.95 for the value that 95 % of them do not exceed */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
