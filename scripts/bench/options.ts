import { between, chosen, given, whole } from '../command-line.ts'
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

/** @throws UsageError */
export function readOptions(args: readonly string[]): Options {
  const values = given(args, ['only', 'peers', 'seconds', 'runs', 'generators', 'json', 'svg', 'profile'])
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

function peersNamed(list: string): readonly PeerName[] {
  if (list === 'none') return []
  return list === 'all' ? PEERS : chosen('--peers', list, PEERS)
}
