/** The report for the terminal: a table for each workload, the aims, and where it was measured. */

import { FIGURE_NAMES, type FigureName, kindOf, written } from '../figures.ts'
import { describeMachine } from '../machine.ts'
import { cellOf, figureOf, type Results } from '../results.ts'
import type { SystemName } from '../systems/system.ts'
import type { WorkloadId } from '../workloads/workload.ts'
import { aimsOf } from './aims.ts'

export function reportOf(results: Results): string {
  return [
    ...results.workloads.map(({ id, title }) => workloadTable(results, id, title)),
    aimTable(results),
    circumstances(results),
  ].join('\n\n')
}

function workloadTable(results: Results, id: WorkloadId, title: string): string {
  const systems = results.systems.filter(({ name }) => cellOf(results, id, name) !== undefined)
  const names = FIGURE_NAMES.filter((figure) =>
    systems.some(({ name }) => cellOf(results, id, name)!.medians[figure] !== undefined),
  )
  const rows = names.map((figure) => [
    kindOf(figure).label,
    ...systems.map(({ name }) => field(results, id, name, figure)),
  ])
  const remarks = systems.flatMap(({ name, title: of }) => {
    const { notes, failures } = cellOf(results, id, name)!
    return [...notes, ...failures.map((failure) => `FAILED: ${failure}`)].map((text) => `  ${of}: ${text}`)
  })
  const head = ['', ...systems.map((system) => system.title)]
  const table = rows.length === 0 ? [] : aligned([head, ...rows], 1)
  return [`${id.replace(/[ab]$/, '')}  ${title}`, '', ...table, ...remarks].join('\n')
}

/** `444 (3.5 ×)`: how many times better ours is than theirs. */
function field(results: Results, id: WorkloadId, system: SystemName, figure: FigureName): string {
  const value = cellOf(results, id, system)!.medians[figure]
  const text = written(figure, value)
  const { better } = kindOf(figure)
  const ours = figureOf(results, id, 'copperplate', figure)
  if (system === 'copperplate' || better === undefined || !value || !ours) return text
  const times = better === 'more' ? ours / value : value / ours
  return `${text} (${times.toFixed(times >= 10 ? 0 : times >= 1 ? 1 : 2)} ×)`
}

function aimTable(results: Results): string {
  if (results.isRehearsal) return 'This was a rehearsal: too short for the aims to be judged.'
  const aims = aimsOf(results)
  const rows = aims.map(({ workload, text, value, isMet }) => [
    workload,
    text,
    value ?? '—',
    isMet === null ? 'not measured' : isMet ? 'met' : 'MISSED',
  ])
  const judged = aims.filter(({ isMet }) => isMet !== null)
  const met = judged.filter(({ isMet }) => isMet).length
  return [`The aims: ${met} of ${judged.length} met`, '', ...aligned(rows, 2)].join('\n')
}

function circumstances(results: Results): string {
  const { machine, seconds, runs, generators, systems, at } = results
  return [
    `In brackets: how many times better Copperplate is. ${runs === 1 ? 'One run' : `Medians of ${runs} runs`} of ${seconds} s, ${generators} generators, ${at}.`,
    `On ${describeMachine(machine)}.`,
    ...disturbances(results),
    `An op is acknowledged when it is: ${systems.map(({ title, acknowledges }) => `${title}: ${acknowledges}`).join('; ')}.`,
  ].join('\n')
}

/** In cores: more than this for other programs, and only ratios mean something. */
const DISTURBING = 0.2

function disturbances({ cells }: Results): string[] {
  const most = Math.max(0, ...cells.map(({ medians }) => medians.othersCpuShare ?? 0))
  if (most <= DISTURBING) return []
  return [`Other programs took up to ${most.toFixed(1)} cores meanwhile: figures are off, and ratios too.`]
}

/** The first columns to the left, the others to the right. */
function aligned(rows: readonly (readonly string[])[], textColumns: number): string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? []
  const pad = (text: string, column: number) =>
    column < textColumns ? text.padEnd(widths[column]!) : text.padStart(widths[column]!)
  return rows.map((row) => `  ${row.map(pad).join('   ')}`.trimEnd())
}
