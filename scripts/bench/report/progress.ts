/** What the bench is doing, on standard error: one line per cell. */

import { type Figures, written } from '../figures.ts'
import type { Progress } from '../run.ts'

export function terminalProgress(runs: number): Progress {
  const name = (id: string, title: string, run: number) =>
    `${id.padEnd(4)} ${title.padEnd(28)}${runs === 1 ? '' : ` run ${run} of ${runs}`}`
  const isTerminal = process.stderr.isTTY
  return {
    began({ id }, { title }, run) {
      if (isTerminal) process.stderr.write(`${name(id, title, run)} …`)
    },
    ended({ id }, { title }, run, outcome) {
      const said = outcome instanceof Error ? `FAILED: ${outcome.message}` : inShort(outcome.figures)
      process.stderr.write(`${isTerminal ? '\r\u001b[K' : ''}${name(id, title, run)}   ${said}\n`)
    },
  }
}

function inShort(figures: Figures): string {
  const { opsPerSecond, propagationP95Ms, coldOpenMs, bytesPerSocket } = figures
  if (opsPerSecond !== undefined) {
    const p95 =
      propagationP95Ms === undefined ? '' : `, p95 ${written('propagationP95Ms', propagationP95Ms)} ms`
    return `${written('opsPerSecond', opsPerSecond)} op/s${p95}`
  }
  if (coldOpenMs !== undefined) return `opened cold in ${written('coldOpenMs', coldOpenMs)} ms`
  return `${written('bytesPerSocket', bytesPerSocket)} bytes per socket`
}
