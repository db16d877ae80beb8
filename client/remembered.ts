import type { Letter, SignInState } from './api.ts'

/**
 * What the server said last, for when it is away: who is here, and what the letters are called that they opened lately.
 *
 * It is a hint and grants nothing: the server asks for credentials whenever it is back. It ends with signing out.
 */

const PERSON = 'copperplate.person'
const LETTERS = 'copperplate.letters'
/** Letters of one person, the one opened last first. */
const MOST = 50

interface Lately {
  /** Nobody finds the letters of the member who was here before. */
  readonly member: string
  readonly letters: readonly Letter[]
}

export function rememberPerson(state: SignInState): void {
  if (state.member) write(PERSON, state)
  else forgetAll()
}

/** Null when nobody was signed in here. */
export function rememberedPerson(): SignInState | null {
  return read<SignInState>(PERSON)
}

export function rememberLetter(member: string, letter: Letter): void {
  const others = rememberedLetters(member).filter(({ id }) => id !== letter.id)
  write(LETTERS, { member, letters: [letter, ...others].slice(0, MOST) } satisfies Lately)
}

/** The server knows of no such letter any more, or not for this person. */
export function forgetLetter(member: string, id: string): void {
  const letters = rememberedLetters(member).filter((letter) => letter.id !== id)
  write(LETTERS, { member, letters } satisfies Lately)
}

/** The one opened last first. */
export function rememberedLetters(member: string): readonly Letter[] {
  const lately = read<Lately>(LETTERS)
  return lately?.member === member ? lately.letters : []
}

export function forgetAll(): void {
  for (const name of [PERSON, LETTERS]) {
    try {
      localStorage.removeItem(name)
    } catch {
      // Not allowed here, as in `write`.
    }
  }
}

function read<T>(name: string): T | null {
  try {
    const text = localStorage.getItem(name)
    return text === null ? null : (JSON.parse(text) as T) // written by this file
  } catch {
    return null
  }
}

function write(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value))
  } catch {
    // The browser keeps nothing for this page, or has no room: offline there will be less to see.
  }
}
