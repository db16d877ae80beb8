/**
 * Holds what is there against what was promised. The rules are those of the failure model:
 *
 *   I1   everybody who is level shows what the log says, and so does every node
 *   I2   what was acknowledged is in the log once, at the version it was acknowledged at
 *   I3   what was written and not refused is in the log once, unless its writer took it out again, or was killed before it was
 *        on the device
 *   I4   no (source, seq) is in the log twice
 *   I5   versions run from 1 to the head without a gap, and time does not go back
 *   I6   the stored copy is what the log says of its version
 *   I7   nothing is in the letter that nobody wrote; what was taken out is gone; what nobody took out is there
 *   I8   nothing is refused, and nobody is handed a draft
 *   I9   every op is by whom the log says
 *   I10  nobody outside the firm hears anything
 *   I12  no node ends, or grows without bound
 *   I13  what is acknowledged is seen by everybody within two seconds
 */

import type { Evidence, Harm, LetterEvidence, LoggedRow, Violation } from './evidence.ts'
import { type Entry, type Ledger, submittedIn, tokensIn } from './ledger.ts'
import { contentText, type Replayed, replay } from './replayed.ts'
import { staleReaders } from './staleness.ts'

export const MAX_MEMORY = 600 * 1024 * 1024

/** Empty when every promise was kept. */
export function check(evidence: Evidence): Violation[] {
  const violations: Violation[] = []
  const found = (rule: string, harm: Harm, what: string) => void violations.push({ rule, harm, what })

  const isVacuous = !evidence.ledgers.some(({ entries }) => entries.some(({ what }) => what === 'acked'))
  if (isVacuous) found('I2', 'other', 'nothing was acknowledged, so nothing was proved')
  for (const sentence of evidence.unscheduledExits) found('I12', 'unscheduledExit', sentence)
  for (const sentence of evidence.unhealed) found('I1', 'diverged', sentence)
  for (const sentence of evidence.complaints) found('I10', 'other', sentence)
  for (const bytes of evidence.memory) {
    if (bytes > MAX_MEMORY) found('I12', 'other', `a node holds ${Math.round(bytes / 2 ** 20)} MB`)
  }
  for (const { client, entries } of evidence.ledgers) {
    for (const entry of entries) {
      if (entry.what === 'refused') found('I8', 'other', `${client}: an op was refused with ${entry.code}`)
      if (entry.what === 'draft') {
        found('I8', 'other', `${client} was handed a draft: ${JSON.stringify(entry.text.slice(0, 80))}`)
      }
    }
  }
  for (const letter of evidence.letters) checkLetter(letter, evidence.ledgers, found)
  for (const sentence of staleReaders(evidence)) found('I13', 'other', sentence)
  return violations
}

type Found = (rule: string, harm: Harm, what: string) => void

function checkLetter(letter: LetterEvidence, ledgers: readonly Ledger[], found: Found): void {
  checkLog(letter, found)
  let replayed: Replayed
  try {
    replayed = replay(letter.log, letter.stored === null ? [] : [letter.stored.version])
  } catch (error) {
    return found('I5', 'diverged', `letter ${letter.id}: ${(error as Error).message}`)
  }
  checkCopies(letter, replayed, found)
  checkTokens(letter, replayed, ledgers, found)
}

function checkLog({ id, log, head }: LetterEvidence, found: Found): void {
  const seen = new Set<string>()
  let time = 0
  for (const { version, source, seq, time: at } of log) {
    const name = `${source} ${seq}`
    if (source !== null && seen.has(name)) found('I4', 'duplicated', `letter ${id} has ${name} twice`)
    seen.add(name)
    if (at < time) found('I5', 'other', `letter ${id}: version ${version} is older than the one before it`)
    time = at
  }
  const last = log.at(-1)?.version ?? 0
  if (last !== head) found('I5', 'lost', `letter ${id}: the head says ${head}, and the log ends with ${last}`)
}

function checkCopies({ id, stored, copies }: LetterEvidence, replayed: Replayed, found: Found): void {
  const truth = contentText(replayed.content)
  for (const { by, version, content } of copies) {
    if (version !== replayed.version) {
      found('I1', 'diverged', `${by} has letter ${id} at version ${version} of ${replayed.version}`)
    } else if (content === null || contentText(content) !== truth) {
      const where = firstDifference(content === null ? '' : contentText(content), truth)
      found('I1', 'diverged', `${by} shows another letter ${id} at version ${version}: ${where}`)
    }
  }
  if (
    stored !== null &&
    (stored.content === null || contentText(stored.content) !== replayed.at.get(stored.version))
  ) {
    found('I6', 'diverged', `the stored copy of letter ${id} is not what the log says of ${stored.version}`)
  }
}

/** What a client did to a token, and whether the letter owes it that it was done. */
interface Deed {
  readonly by: Ledger
  readonly isOwed: boolean
}

function checkTokens(
  { id }: LetterEvidence,
  { content, insertedBy }: Replayed,
  ledgers: readonly Ledger[],
  found: Found,
): void {
  const there = new Set(content.flatMap(({ insert }) => (typeof insert === 'string' ? tokensIn(insert) : [])))
  const writers = new Map<string, Deed>()
  /** Taken out by somebody, whether or not the log has it; and by whom. */
  const takenOut = new Map<string, Deed[]>()
  for (const by of ledgers) {
    for (const { entry, isOwed } of submittedIn(by, id)) {
      for (const token of entry.tokens) writers.set(token, { by, isOwed })
      for (const token of entry.deleted) {
        takenOut.set(token, [...(takenOut.get(token) ?? []), { by, isOwed }])
      }
    }
  }

  for (const [token, rows] of insertedBy) {
    const name = nameOf(token, id)
    const writer = writers.get(token)?.by
    if (writer === undefined) found('I7', 'other', `${name} is in the log, and nobody wrote it`)
    else if (rows[0]!.author !== writer.member) {
      found('I9', 'other', `${name} of ${writer.client} is in the log as of member ${rows[0]!.author}`)
    }
    if (rows.length > 1) found('I2', 'duplicated', `${name} is in the log at ${versionsOf(rows)}`)
    if (!there.has(token) && !takenOut.has(token))
      found('I7', 'lost', `${name} is gone, and nobody took it out`)
  }
  for (const token of there) {
    const certain = takenOut.get(token)?.find(({ isOwed }) => isOwed)
    if (certain)
      found('I7', 'diverged', `${nameOf(token, id)} is there, and ${certain.by.client} took it out`)
  }
  for (const [token, { by, isOwed }] of writers) {
    // A client that comes back on its device may take out what it wrote before it was killed.
    const tookItBack = takenOut.get(token)?.some((deed) => deed.by.member === by.member)
    if (insertedBy.has(token) || !isOwed || tookItBack) continue
    found('I3', 'lost', `${nameOf(token, id)} of ${by.client} was written and is not in the log`)
  }
  for (const ledger of ledgers) checkAcknowledged(id, ledger, insertedBy, found)
}

function checkAcknowledged(
  id: string,
  { client, entries }: Ledger,
  insertedBy: ReadonlyMap<string, readonly LoggedRow[]>,
  found: Found,
): void {
  const sent = new Map<string, Extract<Entry, { what: 'sent' }>>()
  for (const entry of entries) {
    if (entry.letter !== id) continue
    if (entry.what === 'sent') sent.set(`${entry.source} ${entry.seq}`, entry)
    if (entry.what !== 'acked') continue
    for (const token of sent.get(`${entry.source} ${entry.seq}`)?.tokens ?? []) {
      const versions = (insertedBy.get(token) ?? []).map(({ version }) => version)
      if (versions.includes(entry.version)) continue
      const where = versions.length === 0 ? 'is not in the log' : `is in the log at ${versions.join(', ')}`
      const harm = versions.length === 0 ? 'lost' : 'other'
      const name = nameOf(token, id)
      found('I2', harm, `${name} of ${client} was acknowledged at version ${entry.version} and ${where}`)
    }
  }
}

function nameOf(token: string, letter: string): string {
  return `token ${token.codePointAt(0)!.toString(16)} of letter ${letter}`
}

function versionsOf(rows: readonly LoggedRow[]): string {
  return `versions ${rows.map(({ version }) => version).join(' and ')}`
}

function firstDifference(there: string, truth: string): string {
  let at = 0
  while (at < there.length && there[at] === truth[at]) at++
  const excerpt = (text: string) => JSON.stringify(text.slice(Math.max(0, at - 20), at + 40))
  return `it says ${excerpt(there)} where the log says ${excerpt(truth)}`
}
