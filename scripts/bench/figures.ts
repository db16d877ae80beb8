/** The figures there are: what they are called, how they are written, and which direction is better. */

interface FigureKind {
  readonly label: string
  readonly digits: number
  /** Absent where neither is: such figures have no ratio. */
  readonly better?: 'more' | 'less'
}

export const FIGURES = {
  opsPerSecond: { label: 'op/s', digits: 0, better: 'more' },
  behind: { label: 'ops due and not done', digits: 0 },
  ackP50Ms: { label: 'acknowledged, p50 ms', digits: 1, better: 'less' },
  ackP95Ms: { label: 'acknowledged, p95 ms', digits: 1, better: 'less' },
  ackP99Ms: { label: 'acknowledged, p99 ms', digits: 1, better: 'less' },
  propagationP50Ms: { label: 'reached the others, p50 ms', digits: 1, better: 'less' },
  propagationP95Ms: { label: 'reached the others, p95 ms', digits: 1, better: 'less' },
  propagationP99Ms: { label: 'reached the others, p99 ms', digits: 1, better: 'less' },
  retries: { label: 'writes done again', digits: 0 },
  cpuPerOpUs: { label: 'server CPU per op, µs', digits: 0, better: 'less' },
  cpuPerDeliveryUs: { label: 'server CPU per delivery, µs', digits: 1, better: 'less' },
  serverCpuShare: { label: 'server CPU, cores', digits: 2 },
  postgresCpuPerOpUs: { label: 'Postgres CPU per op, µs', digits: 0, better: 'less' },
  walBytesPerOp: { label: 'write-ahead log per op, bytes', digits: 0, better: 'less' },
  loopDelayP99Ms: { label: 'event loop late, p99 ms', digits: 1, better: 'less' },
  rssMiB: { label: 'server memory (RSS), MiB', digits: 0, better: 'less' },

  coldOpenMs: { label: 'opened cold, ms', digits: 1, better: 'less' },
  coldOpenEmptyMs: { label: '… with an empty log, ms', digits: 1 },
  coldOpenRatio: { label: '… times as long', digits: 2 },
  warmOpenMs: { label: 'opened warm, ms', digits: 2, better: 'less' },
  warmOpenEmptyMs: { label: '… with an empty log, ms', digits: 2 },
  warmOpenRatio: { label: '… times as long', digits: 2 },
  middleVersionMs: { label: 'read at the middle version, ms', digits: 1, better: 'less' },
  anyVersionP50Ms: { label: 'read at any version, p50 ms', digits: 1, better: 'less' },
  anyVersionP95Ms: { label: 'read at any version, p95 ms', digits: 1, better: 'less' },
  logOps: { label: 'ops in the log', digits: 0 },

  sockets: { label: 'idle sockets', digits: 0 },
  bytesPerSocket: { label: 'server memory per socket, bytes', digits: 0, better: 'less' },
  openSeconds: { label: 'all open after, s', digits: 1, better: 'less' },
  readers: { label: 'readers of one letter', digits: 0 },
  broadcastP50Ms: { label: 'one op reached all, p50 ms', digits: 1, better: 'less' },
  broadcastP95Ms: { label: 'one op reached all, p95 ms', digits: 1, better: 'less' },
  broadcastP99Ms: { label: 'one op reached all, p99 ms', digits: 1, better: 'less' },

  seconds: { label: 'seconds', digits: 1 },
  ops: { label: 'ops', digits: 0 },
  generatorCpuShare: { label: 'generators, cores each', digits: 2 },
  othersCpuShare: { label: 'other programs, cores', digits: 2 },
  machineIdleShare: { label: 'machine idle, cores', digits: 2 },
} as const satisfies Readonly<Record<string, FigureKind>>

export type FigureName = keyof typeof FIGURES

/** null: it was looked for, and is not known. */
export type Figures = Readonly<Partial<Record<FigureName, number | null>>>

export const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[] // of an object literal

export function kindOf(name: FigureName): FigureKind {
  return FIGURES[name]
}

/** `1,552`, or an em dash for what is not known. */
export function written(name: FigureName, value: number | null | undefined): string {
  if (value === null || value === undefined) return '—'
  const digits = kindOf(name).digits
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

/** The middle value of each figure; of two, their mean. What one run does not know the median does not know. */
export function medians(runs: readonly Figures[]): Figures {
  const names = FIGURE_NAMES.filter((name) => runs.some((run) => run[name] !== undefined))
  return Object.fromEntries(names.map((name) => [name, median(runs.map((run) => run[name] ?? null))]))
}

function median(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b)
  if (known.length < values.length) return null
  const middle = (known.length - 1) / 2
  return (known[Math.floor(middle)]! + known[Math.ceil(middle)]!) / 2
}
