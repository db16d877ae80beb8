/**
 * Editing traces: the keystrokes of real people writing real documents.
 *
 * They are Joseph Gentle's, from github.com/josephg/editing-traces, under CC BY 4.0: name the source wherever a
 * figure made with them is printed. They are read from a folder beside the repository and are not part of it.
 *
 * `sveltecomponent` has one author. `friendsforever` has two, who typed at once with a second of latency between them;
 * each of its transactions says which others its author had seen.
 */

import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { compose } from '../../ot/algebra.ts'
import type { Component } from '../../ot/component.ts'

export type TraceName = 'sveltecomponent' | 'friendsforever'

/** At `at`, `deleted` UTF-16 code units go and `inserted` comes. */
export interface Patch {
  readonly at: number
  readonly deleted: number
  readonly inserted: string
}

export interface Txn {
  readonly agent: number
  /** Indices of the transactions it was made directly after. */
  readonly parents: readonly number[]
  /** Made one after the other: each counts from the text its predecessors left. */
  readonly patches: readonly Patch[]
}

export interface Trace {
  readonly startContent: string
  /** A letter ends with one more newline than this. */
  readonly endContent: string
  readonly agents: number
  /** In an order in which they can have happened. */
  readonly txns: readonly Txn[]
}

/** @throws naming where to get the trace, when it is not there */
export function loadTrace(name: TraceName): Trace {
  const file = join(tracesFolder(), `${name}.json.gz`)
  let packed: Buffer
  try {
    packed = readFileSync(file)
  } catch (cause) {
    throw new Error(
      `There is no ${file}. It is part of github.com/josephg/editing-traces (CC BY 4.0): put it there, or set TRACES_DIR to the folder that holds it.`,
      { cause },
    )
  }
  return readTrace(JSON.parse(gunzipSync(packed).toString('utf8')))
}

function tracesFolder(): string {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
  return resolve(process.env.TRACES_DIR ?? join(root, '..', 'shared', 'traces'))
}

/** The file format: `parents` and `agent` are there when several people wrote, `startContent` when one did. */
interface StoredTrace {
  readonly startContent?: string
  readonly endContent: string
  readonly numAgents?: number
  readonly txns: readonly {
    readonly parents?: readonly number[]
    readonly agent?: number
    /** Position and deleted length, in code points, and the inserted text. */
    readonly patches: readonly (readonly [number, number, string])[]
  }[]
}

/** @param stored  the parsed file */
export function readTrace(stored: StoredTrace): Trace {
  const { startContent = '', endContent, numAgents = 1 } = stored
  const txns = stored.txns.map(({ parents, agent = 0, patches }, index) => ({
    agent,
    parents: parents ?? (index === 0 ? [] : [index - 1]),
    patches: patches.map(([at, deleted, inserted]) => ({ at, deleted, inserted })),
  }))
  const allInserted = txns.flatMap((txn) => txn.patches.map((patch) => patch.inserted))
  const isAstral = [startContent, ...allInserted].some((text) => /[\u{10000}-\u{10ffff}]/u.test(text))
  if (isAstral && numAgents > 1) {
    throw new Error(
      'A trace of several authors with characters outside the BMP cannot be read: their texts differ.',
    )
  }
  return {
    startContent,
    endContent,
    agents: numAgents,
    // Without surrogate pairs a code point is a code unit.
    txns: isAstral ? inCodeUnits(startContent, txns) : txns,
  }
}

/** The same transactions with lengths and positions in UTF-16 code units, which takes the text they count in. */
function inCodeUnits(startContent: string, txns: readonly Txn[]): Txn[] {
  const text = [...startContent]
  const units = (from: number, to: number) => text.slice(from, to).join('').length
  return txns.map((txn) => ({
    ...txn,
    patches: txn.patches.map(({ at, deleted, inserted }) => {
      const patch = { at: units(0, at), deleted: units(at, at + deleted), inserted }
      text.splice(at, deleted, ...inserted)
      return patch
    }),
  }))
}

/** An op on plain text. */
export type TextOp = readonly { retain?: number; insert?: string; delete?: number }[]

/** The op that makes these patches, for a document the first of them counts in. */
export function opOf(patches: readonly Patch[]): TextOp {
  return (
    patches
      .map(({ at, deleted, inserted }) => [
        ...(at > 0 ? [{ retain: at }] : []),
        ...(inserted === '' ? [] : [{ insert: inserted }]),
        ...(deleted > 0 ? [{ delete: deleted }] : []),
      ])
      // Of text comes text.
      .reduce<TextOp>((all, next) => compose(all as Component[], next) as TextOp, [])
  )
}

/** The text after the patches. */
export function patched(text: string, patches: readonly Patch[]): string {
  return patches.reduce(
    (now, { at, deleted, inserted }) => now.slice(0, at) + inserted + now.slice(at + deleted),
    text,
  )
}
