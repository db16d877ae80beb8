/** What an import has to say for itself: a line for each document, and a table at the end. */

import type { ForeignKey } from '../store/foreign-log.ts'
import { text } from './describe-op.ts'
import type { Imported } from './import-sharedb-postgres.ts'

const WORDS: Readonly<Record<Imported['kind'], string>> = {
  imported: 'imported',
  present: 'already here',
  skipped: 'skipped',
  failed: 'not imported',
}

export class ImportReport {
  readonly #total: number
  readonly #documents = new Map<Imported['kind'], number>()
  readonly #failed: string[] = []
  #seen = 0
  #ops = 0

  /** @param total  how many documents there are, for the progress */
  constructor(total: number) {
    this.#total = total
  }

  get hasFailures(): boolean {
    return this.#failed.length > 0
  }

  /** The line of a document, after it was dealt with. */
  add(result: Imported): string {
    this.#seen++
    this.#documents.set(result.kind, (this.#documents.get(result.kind) ?? 0) + 1)
    if (result.kind === 'imported') this.#ops += result.ops
    if (result.kind === 'failed') this.#failed.push(`${nameOf(result.key)}: ${text(result.why)}`)
    const width = String(this.#total).length
    return `[${String(this.#seen).padStart(width)}/${Math.max(this.#total, this.#seen)}] ${nameOf(result.key)}: ${describe(result)}`
  }

  /** The table, and what needs somebody's attention. */
  lines(): string[] {
    const rows = (Object.keys(WORDS) as Imported['kind'][]) // the keys of a literal are its only keys
      .map((kind) => row(WORDS[kind], this.#documents.get(kind) ?? 0, kind === 'imported' ? this.#ops : null))
    const faults = this.#failed.map((sentence) => `  ${sentence}`)
    const attention = faults.length === 0 ? [] : ['', 'Not imported, nothing of them was kept:', ...faults]
    return ['', row('', 'documents', 'ops'), ...rows, ...attention]
  }
}

function describe(result: Imported): string {
  switch (result.kind) {
    case 'imported':
      return `imported${as(result)}, version ${result.version}, ${result.ops} ${result.ops === 1 ? 'op' : 'ops'}`
    case 'present':
      return `already here${as(result)}, version ${result.version}`
    case 'skipped':
      return `skipped: ${text(result.why)}`
    case 'failed':
      return `not imported: ${text(result.why)}`
  }
}

/** An id that could stay is not said twice. */
function as({ key, id }: { readonly key: ForeignKey; readonly id: string }): string {
  return key.id === id ? '' : ` as ${id}`
}

function nameOf({ collection, id }: ForeignKey): string {
  return text(`${collection}/${id}`)
}

function row(label: string, documents: number | string, ops: number | string | null): string {
  return `${label.padEnd(14)}${String(documents).padStart(11)}${String(ops ?? '').padStart(11)}`.trimEnd()
}
