import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { api, type HistoryPage, type Sitting } from '../../api.ts'

/** The sittings of a letter as far as they have been fetched, newest first. The same object while nothing changes. */
export interface Sittings {
  readonly state: 'loading' | 'ready' | 'growing' | 'failed'
  readonly error: unknown
  readonly list: readonly Sitting[]
  readonly hasEarlier: boolean
  earlier(): void
  retry(): void
}

const PAGE = 50
/** Somebody who types must not make everybody who looks ask with every key. */
const CALM_MS = 1_500

interface Content {
  readonly state: Sittings['state']
  readonly error: unknown
  readonly list: readonly Sitting[]
  readonly next: string | null
}

const BEFORE: Content = { state: 'loading', error: null, list: [], next: null }

/**
 * @param head     the newest version; when it moves, the newest sittings are fetched again
 * @param changes  what I have done to them myself, counted
 */
export function useSittings(id: string, head: number, changes: number): Sittings {
  const [content, setContent] = useState(BEFORE)
  const question = useRef(0)

  const newest = useCallback(async () => {
    const mine = ++question.current
    try {
      const page = await api.history(id, null, PAGE)
      if (mine === question.current) setContent((old) => withNewest(old, page))
    } catch (error) {
      if (mine === question.current)
        setContent((old) => (old.list.length > 0 ? old : { ...old, state: 'failed', error }))
    }
  }, [id])

  const isFirst = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked again when the letter has changed
  useEffect(() => {
    const timer = setTimeout(() => void newest(), isFirst.current ? 0 : CALM_MS)
    isFirst.current = false
    return () => clearTimeout(timer)
  }, [newest, head])
  useEffect(() => {
    if (changes > 0) void newest()
  }, [newest, changes])

  return useMemo(() => {
    const earlier = async (): Promise<void> => {
      if (content.next === null || content.state === 'growing') return
      setContent((old) => ({ ...old, state: 'growing' }))
      try {
        const page = await api.history(id, content.next, PAGE)
        setContent((old) => ({ ...withOlder(old, page), state: 'ready' }))
      } catch (error) {
        setContent((old) => ({ ...old, state: 'failed', error }))
      }
    }
    return {
      ...content,
      hasEarlier: content.next !== null,
      earlier: () => void earlier(),
      retry: () => {
        setContent((old) => ({ ...old, state: old.list.length > 0 ? 'ready' : 'loading' }))
        void (content.list.length > 0 ? earlier() : newest())
      },
    }
  }, [id, content, newest])
}

/** The newest page in front of what is known. A sitting that went on has the same beginning. */
function withNewest(old: Content, page: HistoryPage): Content {
  const oldest = page.sessions.at(-1)?.from ?? 0
  const older = old.list.filter(({ from }) => from < oldest)
  const isConnected = older.length > 0 && older[0]!.to === oldest - 1
  return isConnected
    ? {
        state: old.state === 'growing' ? 'growing' : 'ready',
        error: null,
        list: [...page.sessions, ...older],
        next: old.next,
      }
    : { state: 'ready', error: null, list: page.sessions, next: page.next }
}

function withOlder(old: Content, page: HistoryPage): Content {
  const oldest = old.list.at(-1)?.from ?? Number.POSITIVE_INFINITY
  return {
    ...old,
    error: null,
    list: [...old.list, ...page.sessions.filter(({ from }) => from < oldest)],
    next: page.next,
  }
}
