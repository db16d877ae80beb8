import { parseArgs } from 'node:util'
import type { SystemName } from './systems/system.ts'

export type PeerName = Exclude<SystemName, 'copperplate'>

const PEERS: readonly PeerName[] = ['postgres', 'memory', 'hocuspocus']
const WORKLOADS = ['W1', 'W2', 'W3', 'W4', 'W5', 'W6', 'W7'] as const

export const USAGE = `npm run bench -- [options]

  --only W1,W3          these workloads only (W1 to W7)
  --peers none          none, all, or some of memory,postgres,hocuspocus (default all)
  --seconds 10          length of a measured window; below 5 it is a rehearsal: no aim is judged
  --runs 3              how often everything is done; the report gives the medians
  --generators 3        processes that make the load
  --json FILE           writes everything that was measured
  --svg FILE            draws it
  --profile FOLDER      writes a CPU profile of every server; the figures are slower for it
`

export interface Options {
  readonly only: readonly string[]
  readonly peers: readonly PeerName[]
  readonly seconds: number
  readonly runs: number
  readonly generators: number
  readonly json: string | null
  readonly svg: string | null
  readonly profile: string | null
}

/** The command line cannot be understood; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const { values } = parse(args)
  return {
    only: chosen('--only', values.only ?? WORKLOADS.join(), WORKLOADS),
    peers: peersNamed(values.peers ?? 'all'),
    seconds: between('--seconds', values.seconds ?? '10', 0.5, 300),
    runs: whole('--runs', values.runs ?? '3', 1, 20),
    generators: whole('--generators', values.generators ?? '3', 1, 32),
    json: values.json ?? null,
    svg: values.svg ?? null,
    profile: values.profile ?? null,
  }
}

function parse(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...{
          only: text,
          peers: text,
          seconds: text,
          runs: text,
          generators: text,
          json: text,
          svg: text,
          profile: text,
        },
      },
    })
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

function peersNamed(list: string): readonly PeerName[] {
  if (list === 'none') return []
  return list === 'all' ? PEERS : chosen('--peers', list, PEERS)
}

function chosen<T extends string>(option: string, list: string, known: readonly T[]): T[] {
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !known.some((candidate) => candidate === name))
  if (unknown.length > 0)
    throw new UsageError(`${option} does not know ${unknown.join(', ')}; there are ${known.join(', ')}.`)
  return known.filter((name) => names.includes(name))
}

function between(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (value >= least && value <= most) return value
  throw new UsageError(`${option} takes a number from ${least} to ${most}.`)
}

function whole(option: string, text: string, least: number, most: number): number {
  const value = between(option, text, least, most)
  if (Number.isInteger(value)) return value
  throw new UsageError(`${option} takes a whole number.`)
}
