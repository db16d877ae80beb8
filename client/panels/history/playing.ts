import { useEffect, useRef } from 'react'
import { flushSync } from 'react-dom'
import { Playing, pace, type Speed } from '../../history/pace.ts'

interface Played {
  readonly isPlaying: boolean
  readonly speed: Speed
  readonly head: number
  /** The version that was chosen, and the one on the sheet. */
  readonly version: number
  readonly shown: number | null
  onMove(version: number): void
  onEnd(): void
}

/** Moves on to the version of the moment with every picture the browser draws, and waits for what is not here yet. */
export function usePlaying(played: Played): void {
  const now = useRef(played)
  now.current = played
  const { isPlaying, speed, head } = played
  useEffect(() => {
    if (!isPlaying) return
    const playing = new Playing(now.current.version, performance.now(), pace(head, speed))
    let moved = now.current.version
    let frame = requestAnimationFrame(function draw(time) {
      const { version, shown, onMove, onEnd } = now.current
      // Somebody holds the slider, or what comes next is on its way.
      if (version !== moved || shown !== version) playing.hold(version, time)
      moved = playing.next(time, head)
      // In this picture: what is put off until after it is laid out for the pointer, and again for the next picture.
      if (moved > version) flushSync(() => onMove(moved))
      if (moved >= head) onEnd()
      else frame = requestAnimationFrame(draw)
    })
    return () => cancelAnimationFrame(frame)
  }, [isPlaying, speed, head])
}
