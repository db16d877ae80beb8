import { type ReactNode, useEffect, useRef } from 'react'
import './ask.css'

/**
 * A dialog, for the few things that must be asked. The browser keeps the focus inside and gives it back; Escape and
 * a click beside it say no.
 */
export function Dialog({
  title,
  children,
  look = 'small',
  onClose,
}: {
  title: string
  children: ReactNode
  /** `drawer`: from the foot of a narrow screen. */
  look?: 'small' | 'wide' | 'drawer'
  onClose(): void
}) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const element = dialog.current
    const before = document.activeElement
    element?.showModal()
    return () => {
      element?.close()
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    }
  }, [])
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the key for this click is Escape, which the browser handles
    <dialog
      ref={dialog}
      className={`dialog dialog-${look}`}
      aria-label={title}
      // In the turn of the key: the browser says "close" later, by when the next press may have found a question that is
      // not on screen any more, and yet not over.
      onCancel={onClose}
      onClose={onClose}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose()
      }}
    >
      <div className="dialog-body">
        <h2 className="dialog-title">{title}</h2>
        {children}
      </div>
    </dialog>
  )
}

interface AskProps {
  readonly title: string
  readonly children: ReactNode
  /** The verb on the button that does it. */
  readonly verb: string
  onYes(): void
  onNo(): void
}

/** A question with one verb and a way out. */
export function Ask({ title, children, verb, onYes, onNo }: AskProps) {
  return (
    <Dialog title={title} onClose={onNo}>
      <div className="dialog-text">{children}</div>
      <div className="dialog-feet">
        <button type="button" className="button button-quiet" onClick={onNo}>
          Cancel
        </button>
        <button type="button" className="button button-bad" onClick={onYes}>
          {verb}
        </button>
      </div>
    </Dialog>
  )
}
