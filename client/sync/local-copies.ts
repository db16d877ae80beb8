import type { Insert } from '../../ot/component.ts'
import type { DeviceStore } from './device-store.ts'

/** A letter as the server had it when it was last looked at here. */
export interface LocalCopy {
  readonly epoch: string
  readonly version: number
  readonly letter: readonly Insert[]
}

/** How much is kept for each member, so that letters opened lately open without a server. */
export const KEPT_COPIES = { letters: 50, characters: 20_000_000 }

/**
 * The copy of a letter on this device; null when there is none.
 *
 * @throws DeviceError
 */
export async function openLocal(
  store: DeviceStore,
  member: string,
  document: string,
): Promise<LocalCopy | null> {
  const [entry] = await store.read(letterKey(member, document))
  return entry === undefined ? null : (entry[1] as LocalCopy) // written below
}

/** The letters of which there is a copy, the one looked at last first. @throws DeviceError */
export async function copiedLetters(store: DeviceStore, member: string): Promise<readonly string[]> {
  return (await cards(store, member)).map(({ document }) => document)
}

/**
 * Keeps a copy, instead of the one before, and lets go of those that were not looked at for longest.
 *
 * @param now  milliseconds since 1970
 * @throws DeviceError
 */
export async function keepCopy(
  store: DeviceStore,
  member: string,
  document: string,
  copy: LocalCopy,
  now: number,
): Promise<void> {
  const all = await cards(store, member)
  const characters = JSON.stringify(copy).length
  let letters = 1
  let sum = characters
  const remove: string[] = []
  for (const card of all) {
    if (card.document !== document) {
      letters += 1
      sum += card.characters
      if (letters <= KEPT_COPIES.letters && sum <= KEPT_COPIES.characters) continue
      remove.push(letterKey(member, card.document))
    }
    remove.push(card.key)
  }
  const card = `${cardsOf(member)}${digits(now)}/${digits(characters)}/${document}`
  await store.write({
    remove,
    put: [
      [card, null],
      [letterKey(member, document), copy],
    ],
  })
}

/**
 * Replaces the copy that is there, without a look at the others: on a page that goes away nothing may be awaited.
 *
 * @throws DeviceError
 */
export async function renewCopy(
  store: DeviceStore,
  member: string,
  document: string,
  copy: LocalCopy,
): Promise<void> {
  await store.write({ put: [[letterKey(member, document), copy]] })
}

/**
 * Takes every copy off the device, but those of `member`: whoever signed out has nothing to read here. What they wrote and the server
 * does not have stays, in outboxes and drafts, and waits for them.
 *
 * @throws DeviceError
 */
export async function forgetCopies(store: DeviceStore, member: string | null): Promise<void> {
  const kept = member === null ? [] : [letterKey(member, ''), cardsOf(member)]
  const keys = [...(await store.keys('copy/')), ...(await store.keys('copied/'))]
  const remove = keys.filter((key) => !kept.some((prefix) => key.startsWith(prefix)))
  if (remove.length > 0) await store.write({ remove })
}

/** What there is and how large it is stands in the keys, so that nothing has to be read to decide what goes. */
async function cards(store: DeviceStore, member: string) {
  const keys = await store.keys(cardsOf(member))
  return keys
    .map((key) => {
      const [characters, document] = key.split('/').slice(-2)
      return { key, characters: Number(characters), document: document! }
    })
    .reverse()
}

function cardsOf(member: string): string {
  return `copied/${member}/`
}

function letterKey(member: string, document: string): string {
  return `copy/${member}/${document}`
}

function digits(number: number): string {
  return String(Math.floor(number)).padStart(15, '0')
}
