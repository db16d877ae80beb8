/** The figures as a picture: bars in an SVG that reads well on a light and on a dark page, drawn by hand. */

import { type FigureName, written } from '../figures.ts'
import { describeMachine } from '../machine.ts'
import { figureOf, type Results } from '../results.ts'
import type { WorkloadId } from '../workloads/workload.ts'

interface Chart {
  readonly workload: WorkloadId
  readonly figure: FigureName
  readonly title: string
  readonly unit: string
  readonly better: 'more' | 'less'
}

const CHARTS: readonly Chart[] = [
  ...(
    [
      ['W1', '50 people in one letter'],
      ['W3', '100 people in 50 letters'],
      ['W4', '50 people in one letter of 100 KB'],
    ] as const
  ).map(([workload, title]) => ({
    ...({ workload, title, figure: 'opsPerSecond', unit: 'ops a second', better: 'more' } as const),
  })),
  {
    ...{ workload: 'W2', figure: 'propagationP95Ms', title: '50 people type 5 keys a second each' },
    ...{ unit: 'ms until the others see it, p95', better: 'less' },
  },
  {
    ...{ workload: 'W1', figure: 'cpuPerDeliveryUs', title: 'What one op costs for each reader' },
    ...{ unit: 'µs of server CPU', better: 'less' },
  },
  {
    ...{ workload: 'W6', figure: 'bytesPerSocket', title: 'What an idle reader costs' },
    ...{ unit: 'bytes of server memory', better: 'less' },
  },
]

const WIDTH = 820
const MARGIN = 24
const GAP = 36
const CHART_WIDTH = (WIDTH - 2 * MARGIN - GAP) / 2
const LABEL_WIDTH = 150
const VALUE_WIDTH = 58
const BAR_LENGTH = CHART_WIDTH - LABEL_WIDTH - VALUE_WIDTH
const ROW = 24
const BAR = 14
const HEAD = 44
/** A bar this many times as long as the next one is cut, or it would leave nothing of the others. */
const LONGEST = 3

const STYLE = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', sans-serif; fill: #57514b }
  .title { font-weight: 600; fill: #1f1b18 }
  .small { font-size: 11.5px }
  .value { font-variant-numeric: tabular-nums; fill: #1f1b18 }
  .bar { fill: #c9c3bb }
  .own .bar { fill: #b4622f }
  .own text { font-weight: 600; fill: #1f1b18 }
  .cut { stroke: #fdfcfa; stroke-width: 3 }
  .page { fill: #fdfcfa }
  @media (prefers-color-scheme: dark) {
    text { fill: #b3aba2 }
    .title, .value, .own text { fill: #f2eee9 }
    .bar { fill: #575049 }
    .own .bar { fill: #d9814a }
    .cut { stroke: #1b1917 }
    .page { fill: #1b1917 }
  }
`

export function pictureOf(results: Results): string {
  const drawn = CHARTS.map((chart) => ({ chart, bars: barsOf(chart, results) })).filter(
    ({ bars }) => bars.length > 0,
  )
  const height = HEAD + results.systems.length * ROW + GAP
  const charts = drawn.map(({ chart, bars }, index) => {
    const x = MARGIN + (index % 2) * (CHART_WIDTH + GAP)
    const y = MARGIN + Math.floor(index / 2) * height
    return `<g transform="translate(${x} ${y})">${drawChart(chart, bars)}</g>`
  })
  const foot = MARGIN + Math.ceil(drawn.length / 2) * height
  const { machine, runs, at } = results
  const words = [
    `${runs === 1 ? 'One run' : `Medians of ${runs} runs`} on ${describeMachine(machine)}, ${at.slice(0, 10)}.`,
    acknowledgements(results),
  ]
  const lines = words.map(
    (line, index) => `<text class="small" x="${MARGIN}" y="${foot + 4 + index * 17}">${escaped(line)}</text>`,
  )
  const total = foot + 40
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${total}" width="${WIDTH}" height="${total}" role="img">
<title>Copperplate beside ShareDB and Hocuspocus</title>
<style>${STYLE}</style>
<rect class="page" width="${WIDTH}" height="${total}" rx="10"/>
${[...charts, ...lines].join('\n')}
</svg>
`
}

interface Bar {
  readonly name: string
  readonly isOwn: boolean
  readonly value: number
  readonly text: string
}

function barsOf({ workload, figure }: Chart, results: Results): Bar[] {
  return results.systems.flatMap(({ name, title }) => {
    const value = figureOf(results, workload, name, figure)
    if (value === null) return []
    return { name: shortened(title), isOwn: name === 'copperplate', value, text: written(figure, value) }
  })
}

function drawChart({ title, unit, better }: Chart, bars: readonly Bar[]): string {
  const values = bars.map(({ value }) => value).sort((a, b) => b - a)
  const longest = Math.min(values[0]!, LONGEST * (values[1] ?? values[0]!))
  const rows = bars.map(({ name, isOwn, value, text }, index) => {
    const y = HEAD + index * ROW
    const isCut = value > longest
    const length = Math.max(2, (Math.min(value, longest) / longest) * BAR_LENGTH)
    const cut = LABEL_WIDTH + length - 14
    return [
      `<g${isOwn ? ' class="own"' : ''}>`,
      `<text x="${LABEL_WIDTH - 10}" y="${y + 11.5}" text-anchor="end">${escaped(name)}</text>`,
      `<rect class="bar" x="${LABEL_WIDTH}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/>`,
      isCut ? `<path class="cut" d="M${cut.toFixed(1)} ${y + BAR + 2} l7 -${BAR + 4}"/>` : '',
      `<text class="value" x="${(LABEL_WIDTH + length + 7).toFixed(1)}" y="${y + 11.5}">${escaped(text)}</text>`,
      '</g>',
    ].join('')
  })
  const direction = better === 'more' ? 'longer is better' : 'shorter is better'
  return [
    `<text class="title" y="12">${escaped(title)}</text>`,
    `<text class="small" y="30">${escaped(`${unit}; ${direction}`)}</text>`,
    ...rows,
  ].join('\n')
}

/** `Acknowledged when durable: A, B. Acknowledged when in memory: C.` */
function acknowledgements({ systems }: Results): string {
  const kinds = [...new Set(systems.map(({ acknowledges }) => acknowledges))]
  return kinds
    .map((kind) => {
      const names = systems.filter(({ acknowledges }) => acknowledges === kind)
      return `Acknowledged when ${kind}: ${names.map(({ title }) => shortened(title)).join(', ')}.`
    })
    .join(' ')
}

/** What fits beside a bar. */
function shortened(title: string): string {
  return title
    .replace('ShareDB 7 + sharedb-postgres', 'sharedb-postgres')
    .replace(' 7, in', ' in')
    .replace(' 4', '')
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
