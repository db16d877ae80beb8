/**
 * Loaded into every server that is measured, ours and the peers alike (`node --import`): it answers the bench over the
 * channel between the two processes, and ends the server when the bench is gone.
 *
 * Questions: `settle` collects garbage, twice, so that what is left is in use; `mark` begins a window; `read` tells
 * how it went: how late the event loop was at its worst (p99 of a 10 ms timer), what the process holds in memory, and how
 * often a write was done again, where the server counts that (`globalThis.benchRetries`).
 */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const RESOLUTION_MS = 10

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delay.enable()
let retriesBefore = 0

const answers = {
  settle() {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc')
    collect()
    collect()
    return {}
  },
  mark() {
    delay.reset()
    retriesBefore = globalThis.benchRetries?.() ?? 0
    return {}
  },
  read() {
    // The histogram holds the whole interval between two beats, the wanted one included.
    const late = delay.percentile(99) / 1e6 - RESOLUTION_MS
    const retries = globalThis.benchRetries?.()
    return {
      loopDelayP99Ms: Number.isFinite(late) ? Math.max(0, late) : 0,
      rssBytes: process.memoryUsage().rss,
      retries: retries === undefined ? null : retries - retriesBefore,
    }
  },
}

if (process.channel !== undefined) {
  process.on('message', ({ id, question }) => process.send({ id, answer: answers[question]() }))
  process.on('disconnect', () => process.exit(1))
  // Listening must not keep a server alive that has nothing else to do.
  process.channel.unref()
}
