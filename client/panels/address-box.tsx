import { type FormEvent, useEffect, useId, useLayoutEffect, useRef, useState } from 'react'
import type { LetterEditor } from '../editor/letter-editor.ts'
import { imageAddress, linkAddress } from '../editor/web-address.ts'
import './address-box.css'

type Props = {
  readonly what: 'link' | 'image'
  readonly editor: LetterEditor
  onClose(): void
}

/** Asks for the address of a link or an image, beside the place it is for. Escape goes back to the letter. */
export function AddressBox({ what, editor, onClose }: Props) {
  const [here] = useState(() => editor.linkHere())
  const [address, setAddress] = useState(what === 'link' ? (here.url ?? '') : '')
  const [text, setText] = useState(here.text)
  const [error, setError] = useState<string | null>(null)
  const field = useId()
  const box = useRef<HTMLDivElement>(null)
  const input = useRef<HTMLInputElement>(null)
  const asksForText = what === 'link' && here.place.length === 0

  useLayoutEffect(() => place(box.current, editor), [editor])
  useEffect(() => {
    editor.markPlace(true)
    input.current?.focus()
    input.current?.select()
    return () => editor.markPlace(false)
  }, [editor])

  const leave = (): void => {
    onClose()
    editor.focus()
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const url = what === 'link' ? linkAddress(address) : imageAddress(address)
    if (url === null) {
      setError(
        what === 'link'
          ? 'Use a web address or a mail address, such as example.com or name@example.com.'
          : 'Use the https address of an image, such as https://example.com/map.png.',
      )
      input.current?.focus()
      return
    }
    onClose()
    if (what === 'image') editor.insertImage(url)
    else editor.setLink(url, text.trim() || address.trim())
  }

  return (
    <div
      ref={box}
      className="address-box"
      role="dialog"
      aria-label={what === 'link' ? 'Link' : 'Image'}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        leave()
      }}
      onBlur={(event) => {
        const goesTo = event.relatedTarget
        if (goesTo instanceof Node && !event.currentTarget.contains(goesTo)) onClose()
      }}
    >
      <form className="address-form" onSubmit={submit}>
        {asksForText && (
          <div>
            <label className="label" htmlFor={`${field}-text`}>
              Words
            </label>
            <input
              id={`${field}-text`}
              className="field"
              value={text}
              placeholder="The address itself"
              onChange={(event) => setText(event.target.value)}
            />
          </div>
        )}
        <div>
          <label className="label" htmlFor={field}>
            {what === 'link' ? 'Address' : 'Address of the image'}
          </label>
          <input
            id={field}
            ref={input}
            className="field"
            inputMode="url"
            autoComplete="off"
            spellCheck={false}
            value={address}
            placeholder={what === 'link' ? 'example.com or name@example.com' : 'https://…'}
            aria-invalid={error !== null}
            aria-describedby={`${field}-error`}
            onChange={(event) => {
              setAddress(event.target.value)
              setError(null)
            }}
          />
          <p id={`${field}-error`} className="field-note field-bad" role="alert" hidden={error === null}>
            {error}
          </p>
        </div>
        <div className="address-feet">
          {here.url !== null && what === 'link' && (
            <button
              type="button"
              className="button address-remove"
              onClick={() => {
                onClose()
                editor.setLink(null, '')
              }}
            >
              Remove link
            </button>
          )}
          <button type="button" className="button" onClick={leave}>
            Cancel
          </button>
          <button type="submit" className="button button-solid">
            {what === 'image' ? 'Add image' : here.url !== null ? 'Change link' : 'Add link'}
          </button>
        </div>
      </form>
    </div>
  )
}

/** Below the words it is about, inside the sheet. On a narrow screen the style sheet puts it at the bottom instead. */
function place(box: HTMLElement | null, editor: LetterEditor): void {
  if (!box) return
  const bounds = editor.bounds()
  const room = (box.offsetParent?.clientWidth ?? 0) - box.offsetWidth - 16
  box.style.setProperty('--top', `${bounds.bottom + 8}px`)
  box.style.setProperty('--left', `${Math.max(16, Math.min(bounds.left - 12, room))}px`)
  box.scrollIntoView({ block: 'nearest' })
}
