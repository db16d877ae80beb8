import type { DeviceStore } from './device-store.ts'
import { pauseMs } from './link.ts'

/**
 * Letters that were made here while there was no server. The id is chosen here (rule D1), so making one there twice is making
 * it once, and what is written in it meanwhile is kept like anything else: it waits for the letter, as it would for a line.
 */
export interface UnbornLetter {
  readonly id: string
  readonly title: string
  /** Milliseconds since 1970. */
  readonly madeAt: number
}

/** What the server said to a letter that is to be made; `unknown` when nobody answered. */
export type Birth = 'made' | 'refused' | 'unknown'

/** Keeps a letter that is to be made. @throws DeviceError */
export async function keepUnborn(store: DeviceStore, member: string, unborn: UnbornLetter): Promise<void> {
  await store.write({ put: [[key(member, unborn.id), unborn]] })
}

/** The letters of a member that are to be made. @throws DeviceError */
export async function unbornLetters(store: DeviceStore, member: string): Promise<readonly UnbornLetter[]> {
  return (await store.read(key(member, ''))).map(([, unborn]) => unborn as UnbornLetter) // written above
}

export async function findUnborn(
  store: DeviceStore,
  member: string,
  id: string,
): Promise<UnbornLetter | null> {
  const [entry] = await store.read(key(member, id))
  return entry === undefined ? null : (entry[1] as UnbornLetter)
}

/**
 * Makes all that are to be made, until nobody answers. What the server refuses is left to whoever opens the letter.
 *
 * @throws DeviceError
 */
export async function bearLetters(
  store: DeviceStore,
  member: string,
  createLetter: BirthDeps['createLetter'],
): Promise<void> {
  for (const { id, title } of await unbornLetters(store, member)) {
    const birth = await createLetter(id, title)
    if (birth === 'unknown') return
    if (birth === 'made') await store.write({ remove: [key(member, id)] })
  }
}

export interface BirthDeps {
  readonly store: DeviceStore
  createLetter(id: string, title: string): Promise<Birth>
  after(ms: number, task: () => void): () => void
  random(): number
}

/** Makes a letter on the server, trying until somebody answers. */
export class BirthAttempt {
  readonly #deps: BirthDeps
  readonly #member: string
  readonly #unborn: UnbornLetter
  readonly #onBirth: (birth: 'made' | 'refused') => void
  #attempt = 0
  #isAsking = false
  #isOver = false
  #cancel: (() => void) | null = null

  constructor(
    deps: BirthDeps,
    member: string,
    unborn: UnbornLetter,
    onBirth: (birth: 'made' | 'refused') => void,
  ) {
    this.#deps = deps
    this.#member = member
    this.#unborn = unborn
    this.#onBirth = onBirth
    void this.#ask()
  }

  /** The network may be back. */
  wake(): void {
    this.#attempt = 0
    void this.#ask()
  }

  stop(): void {
    this.#isOver = true
    this.#cancel?.()
  }

  async #ask(): Promise<void> {
    if (this.#isAsking || this.#isOver) return
    this.#cancel?.()
    this.#isAsking = true
    const { store, createLetter } = this.#deps
    const { id } = this.#unborn
    // It may have got another title meanwhile.
    const { title } = (await findUnborn(store, this.#member, id).catch(() => null)) ?? this.#unborn
    const birth = await createLetter(id, title)
    this.#isAsking = false
    if (this.#isOver) return
    if (birth === 'unknown') {
      const ms = pauseMs(this.#attempt++, this.#deps.random())
      this.#cancel = this.#deps.after(ms, () => void this.#ask())
      return
    }
    this.#isOver = true
    // Not to be told again matters little: making it twice is making it once.
    await store.write({ remove: [key(this.#member, id)] }).catch(() => undefined)
    this.#onBirth(birth)
  }
}

function key(member: string, id: string): string {
  return `unborn/${member}/${id}`
}
