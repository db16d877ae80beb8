import { useCallback, useEffect, useRef, useState } from 'react'
import { api, isAway, type Letter } from '../api.ts'
import { rememberedLetters } from '../remembered.ts'
import { tellOfLetters } from './letter-births.ts'

/**
 * The letters as far as they have been fetched, newest first, and the ways to fetch and change them.
 *
 * A change shows at once and is taken back when the server does not want it. Coming back to the tab fetches the first
 * page again, since others write meanwhile.
 */
export interface LetterList {
  readonly state: 'loading' | 'ready' | 'growing' | 'failed'
  readonly error: unknown
  readonly letters: readonly Letter[]
  /** The server is away: these are the letters that the person opened here lately. */
  readonly isRemembered: boolean
  readonly hasMore: boolean
  reload(): void
  more(): void
  rename(letter: Letter, title: string): Promise<void>
  archive(letter: Letter): Promise<void>
}

const PAGE = 50

interface Content {
  readonly state: LetterList['state']
  readonly error: unknown
  readonly letters: readonly Letter[]
  readonly next: string | null
  readonly isRemembered: boolean
}

const BEFORE: Content = { state: 'loading', error: null, letters: [], next: null, isRemembered: false }

export function useLetterList(memberId: string): LetterList {
  const [content, setContent] = useState(BEFORE)
  /** Answers that come after a newer question are dropped. */
  const question = useRef(0)

  const fetchPage = useCallback(
    async (cursor: string | null, state: 'loading' | 'growing' | 'ready') => {
      const mine = ++question.current
      setContent((old) => ({
        ...old,
        state: old.letters.length > 0 && state === 'loading' ? 'ready' : state,
      }))
      try {
        await tellOfLetters(memberId)
        const page = await api.letters(cursor, PAGE)
        if (mine !== question.current) return
        setContent((old) => {
          if (cursor === null) return { ...BEFORE, state: 'ready', letters: page.docs, next: page.next }
          const known = new Set(old.letters.map(({ id }) => id))
          const older = page.docs.filter(({ id }) => !known.has(id))
          return { ...BEFORE, state: 'ready', letters: [...old.letters, ...older], next: page.next }
        })
      } catch (error) {
        if (mine !== question.current) return
        const lately = isAway(error) ? rememberedLetters(memberId) : []
        setContent((old) =>
          old.letters.length > 0 || lately.length === 0
            ? { ...old, state: 'failed', error }
            : { state: 'failed', error, letters: lately, next: null, isRemembered: true },
        )
      }
    },
    [memberId],
  )

  useEffect(() => {
    void fetchPage(null, 'loading')
    const onVisible = (): void => {
      // A list that was paged through stays as it is: it must not shrink under the pointer.
      if (document.visibilityState === 'visible') void fetchPage(null, 'ready')
    }
    const heed = (): void => {
      setContent((old) => {
        if (old.letters.length <= PAGE) queueMicrotask(onVisible)
        return old
      })
    }
    document.addEventListener('visibilitychange', heed)
    window.addEventListener('online', heed)
    return () => {
      question.current += 1
      window.removeEventListener('online', heed)
      document.removeEventListener('visibilitychange', heed)
    }
  }, [fetchPage])

  const change = useCallback((id: string, replace: (letter: Letter) => readonly Letter[]) => {
    setContent((old) => ({
      ...old,
      letters: old.letters.flatMap((letter) => (letter.id === id ? replace(letter) : [letter])),
    }))
  }, [])

  return {
    state: content.state,
    error: content.error,
    letters: content.letters,
    isRemembered: content.isRemembered,
    hasMore: content.next !== null,
    reload: () => void fetchPage(null, 'loading'),
    more: () => {
      if (content.state !== 'growing') void fetchPage(content.next, 'growing')
    },
    async rename(letter, title) {
      change(letter.id, (old) => [{ ...old, title }])
      try {
        const saved = await api.renameLetter(letter.id, title)
        change(letter.id, () => [saved])
      } catch (error) {
        change(letter.id, (old) => [{ ...old, title: letter.title }])
        throw error
      }
    },
    async archive(letter) {
      await api.archiveLetter(letter.id)
      change(letter.id, () => [])
    },
  }
}
