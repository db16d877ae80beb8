import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { LIMITS } from '../../ot/wire.ts'

interface Props {
  readonly title: string
  readonly mayEdit: boolean
  /** A letter made just now: its name is selected, ready to be typed over. */
  readonly isNew: boolean
  onRename(title: string): void
  /** Enter: on to the text. */
  onLeave(): void
}

/** The title, which is a field that does not look like one until it is used. */
export function TitleField({ title, mayEdit, isNew, onRename, onLeave }: Props) {
  const [text, setText] = useState(title)
  const input = useRef<HTMLInputElement>(null)
  const isWriting = useRef(false)
  const isCancelled = useRef(false)

  useEffect(() => {
    if (!isWriting.current) setText(title)
  }, [title])
  useLayoutEffect(() => {
    if (!isNew) return
    input.current?.focus()
    input.current?.select()
  }, [isNew])

  if (!mayEdit) return <h1 className="title title-fixed">{title}</h1>

  const leave = (): void => {
    const wanted = isCancelled.current ? '' : text.trim()
    isWriting.current = false
    isCancelled.current = false
    if (wanted === '') setText(title)
    else if (wanted !== title) onRename(wanted)
  }
  return (
    // The hidden copy of the text gives the field its width: `field-sizing` is not in every browser yet.
    <h1 className="title title-open" data-text={text || ' '}>
      <input
        ref={input}
        className="title-input"
        aria-label="Title of the letter"
        value={text}
        size={1}
        maxLength={LIMITS.titleLength}
        spellCheck={false}
        onChange={(event) => {
          isWriting.current = true
          setText(event.target.value)
        }}
        onBlur={leave}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key !== 'Enter' && event.key !== 'Escape') return
          event.preventDefault() // or the Enter would be typed into the letter
          if (event.key === 'Escape') isCancelled.current = true
          onLeave()
        }}
      />
    </h1>
  )
}
