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
  /** Of that, the page's own handlers of the press, ms. */
  readonly handling: number
}

interface TraceEvent {
  readonly name: string
  readonly ph: string
  /** Microseconds. */
  readonly ts: number
  readonly id2?: { readonly local?: string }
  readonly id?: string
  readonly args: { readonly data?: EventData }
}

interface EventData {
  readonly type?: string
  /** Milliseconds. */
  readonly timeStamp: number
  readonly processingStart: number
  readonly processingEnd: number
}

export function keysIn(trace: string): readonly KeyCost[] {
  const { traceEvents } = JSON.parse(trace) as { traceEvents: TraceEvent[] }
  const costs: KeyCost[] = []
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
    costs.push({
      paint: (event.ts - begin.ts) / 1_000,
      wait: data.processingStart - data.timeStamp,
      handling: data.processingEnd - data.processingStart,
    })
  }
  return costs
}

/** @param share  0.95 for the value that 95 % of them do not exceed */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}
