import { useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import type { LetterEditor } from '../editor/letter-editor.ts'
import { Icon } from './icons.tsx'
import './link-card.css'

/** Where a link leads, shown while the caret is in it: a click in a letter puts the caret, it does not go away. */
export function LinkCard({
  editor,
  onEdit,
  mayEdit,
}: {
  editor: LetterEditor
  mayEdit: boolean
  onEdit(): void
}) {
  const { formats, hasSelection, isFocused } = useSyncExternalStore(editor.subscribe, editor.getSnapshot)
  const card = useRef<HTMLDivElement>(null)
  const url = typeof formats.link === 'string' ? formats.link : null
  const isShown = url !== null && !hasSelection && isFocused
  useLayoutEffect(() => {
    const element = card.current
    if (!element || url === null) return
    const { bottom, left } = editor.bounds()
    const room = (element.offsetParent?.clientWidth ?? 0) - element.offsetWidth - 16
    element.style.top = `${bottom + 6}px`
    element.style.left = `${Math.max(16, Math.min(left - 12, room))}px`
  })
  if (!isShown) return null
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for the fields of a form
    <div
      ref={card}
      className="link-card"
      role="group"
      aria-label="Link"
      onMouseDown={(event) => event.preventDefault()}
    >
      <a className="link-card-url" href={url} target="_blank" rel="noopener noreferrer">
        {url.replace(/^(?:https?:\/\/|mailto:)/, '')}
        <span className="unseen"> (opens in a new tab)</span>
      </a>
      {mayEdit && (
        <>
          <button
            type="button"
            className="icon-button"
            aria-label="Change link"
            data-tip="Change link"
            onClick={onEdit}
          >
            <Icon name="rename" />
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label="Remove link"
            data-tip="Remove link"
            onClick={() => editor.setLink(null, '')}
          >
            <Icon name="close" />
          </button>
        </>
      )}
    </div>
  )
}
