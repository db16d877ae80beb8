import { ApiError, api, isAway, type Letter, type Member } from '../api.ts'
import { rememberedLetters, rememberLetter } from '../remembered.ts'
import { browserStore } from '../sync/browser-store.ts'
import { type Birth, bearLetters, keepUnborn } from '../sync/unborn-letters.ts'

/** The version of a letter that the server has not heard of. */
export const UNBORN = 0

/**
 * Makes a letter: on the server, or on this device while the server is away. @returns its id
 *
 * @throws ApiError, or DeviceError when the device takes nothing either
 */
export async function makeLetter(member: Member, title: string): Promise<string> {
  const id = crypto.randomUUID()
  try {
    await api.createLetter(id, title)
  } catch (error) {
    if (!isAway(error)) throw error
    await keepLetter(member.id, id, title)
    const at = new Date().toISOString()
    const made = { createdAt: at, createdBy: member.id, updatedAt: at, updatedBy: null }
    rememberLetter(member.id, { id, title, version: UNBORN, role: 'owner', ...made })
  }
  return id
}

/** Gives a letter another title, where it is. @returns as it is then */
export async function renameLetter(memberId: string, letter: Letter, title: string): Promise<Letter> {
  try {
    return await api.renameLetter(letter.id, title)
  } catch (error) {
    if (!isAway(error) || letter.version !== UNBORN) throw error
    await keepLetter(memberId, letter.id, title)
    const renamed = { ...letter, title }
    rememberLetter(memberId, renamed)
    return renamed
  }
}

/** A letter as the server has it, which is told of it first if it was made here. */
export async function fetchLetter(memberId: string, id: string): Promise<Letter> {
  const known = rememberedLetters(memberId).find((letter) => letter.id === id)
  if (known?.version === UNBORN) await tellOfLetters(memberId)
  return await api.letter(id)
}

/** Tells the server of every letter that was made here, as far as it answers. */
export async function tellOfLetters(memberId: string): Promise<void> {
  // What the device does not answer now it will answer the next time.
  await bearLetters(browserStore, memberId, createLetter).catch(() => undefined)
}

export async function createLetter(id: string, title: string): Promise<Birth> {
  try {
    await api.createLetter(id, title)
    return 'made'
  } catch (error) {
    return error instanceof ApiError && error.remedy === 'never' ? 'refused' : 'unknown'
  }
}

function keepLetter(memberId: string, id: string, title: string): Promise<void> {
  return keepUnborn(browserStore, memberId, { id, title, madeAt: Date.now() })
}
