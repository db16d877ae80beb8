/**
 * Random histories of letters: what several people did to one letter, one after the other, as a log holds it.
 * Every character they type is one of its own, so that each can be found again, or missed.
 */
import fc from 'fast-check'
import type { LetterDocument, LetterOp } from '../../ot/component.ts'
import { letter } from '../../ot/types.ts'
import { letters, type Recipe, realise, recipes } from './arbitrary.ts'
import { completed } from './laws.ts'

export const PEOPLE = ['ada', 'ben', 'cy'] as const
export type Person = (typeof PEOPLE)[number]

export interface HistoryEdit {
  readonly version: number
  readonly author: Person
  readonly origin: null
  readonly time: number
  readonly op: LetterOp
}

export interface History {
  readonly base: LetterDocument
  readonly edits: readonly HistoryEdit[]
  readonly head: LetterDocument
  /** Characters each of the people typed, newlines and images left out. */
  readonly typed: ReadonlyMap<Person, ReadonlySet<string>>
  /** Characters that were in the letter once and that somebody deleted: who. */
  readonly deletedBy: ReadonlyMap<string, Person>
}

const MINUTE = 60_000

export const histories: fc.Arbitrary<History> = fc
  .tuple(
    letters,
    fc.array(fc.tuple(fc.constantFrom(...PEOPLE), recipes, fc.nat({ max: 9 })), { maxLength: 12 }),
  )
  .map(([base, steps]) => historyOf(base, steps))

export function historyOf(
  given: LetterDocument,
  steps: readonly (readonly [Person, Recipe, number])[],
): History {
  const fresh = freshCharacters()
  const base = letter.parseCreate(rewritten(given, fresh)) as LetterDocument
  const typed = new Map<Person, Set<string>>(PEOPLE.map((person) => [person, new Set()]))
  const deletedBy = new Map<string, Person>()
  const edits: HistoryEdit[] = []
  let head = base
  let time = 0
  for (const [author, recipe, minutes] of steps) {
    const own = recipe.map((step) =>
      'insert' in step && typeof step.insert === 'string'
        ? { ...step, insert: rewrittenText(step.insert, fresh) }
        : step,
    )
    const op = completed(letter, head, realise(head, own)) as LetterOp
    const after = letter.apply(head, op) as LetterDocument
    time += minutes * MINUTE
    edits.push({ version: edits.length + 2, author, origin: null, time, op })
    for (const character of tokensOf(op)) typed.get(author)!.add(character)
    const left = new Set(tokensOf(after))
    for (const character of tokensOf(head)) if (!left.has(character)) deletedBy.set(character, author)
    head = after
  }
  return { base, edits, head, typed, deletedBy }
}

/** The characters of their own that a letter or an op inserts, in order. */
export function tokensOf({ ops }: LetterDocument | LetterOp): string[] {
  return ops.flatMap(({ insert }) => (typeof insert === 'string' ? [...insert].filter(isToken) : []))
}

const FIRST = 0xe000
const LAST = 0xf8ff

function isToken(character: string): boolean {
  const code = character.codePointAt(0)!
  return code >= FIRST && code <= LAST
}

/** One after the other from the private use area of Unicode. */
function freshCharacters(): () => string {
  let next = FIRST
  return () => {
    if (next > LAST) throw new Error('a history has no room for so many characters')
    return String.fromCodePoint(next++)
  }
}

function rewrittenText(text: string, fresh: () => string): string {
  return [...text].map((character) => (character === '\n' ? character : fresh())).join('')
}

function rewritten({ ops }: LetterDocument, fresh: () => string): unknown {
  return {
    ops: ops.map((component) =>
      typeof component.insert === 'string'
        ? { ...component, insert: rewrittenText(component.insert, fresh) }
        : component,
    ),
  }
}
