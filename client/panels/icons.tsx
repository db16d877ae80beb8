/**
 * The drawings of the chrome, on a grid of 20, stroked with the colour of the text. They say nothing to a screen
 * reader: the button they are in has a name.
 */
import type { ReactNode } from 'react'

const DRAWINGS = {
  bold: (
    <path d="M6.2 4.2h4.4a2.9 2.9 0 0 1 0 5.8H6.2zM6.2 10h5.1a2.95 2.95 0 0 1 0 5.9H6.2z" strokeWidth="2" />
  ),
  italic: <path d="M8.2 4.2h6M5.8 15.8h6M11.6 4.2 8.4 15.8" />,
  underline: <path d="M5.8 3.8v5.4a4.2 4.2 0 0 0 8.4 0V3.8M4.8 16.4h10.4" />,
  strike: (
    <path d="M3.6 10h12.8M13.9 6.3c-.5-1.6-1.9-2.5-3.9-2.5-2.3 0-3.8 1.1-3.8 2.9 0 1 .4 1.8 1.2 2.3M6 13.4c.4 1.8 1.9 2.8 4.1 2.8 2.4 0 4-1.2 4-3 0-.5-.1-.9-.3-1.3" />
  ),
  subscript: (
    <path d="m3.8 5 7 9M10.8 5l-7 9M13.6 13.4c.2-.9.8-1.3 1.6-1.3.9 0 1.5.5 1.5 1.3 0 1.3-2 1.9-3.1 3.6h3.2" />
  ),
  superscript: (
    <path d="m3.8 6 7 9M10.8 6l-7 9M13.6 4.4c.2-.9.8-1.3 1.6-1.3.9 0 1.5.5 1.5 1.3 0 1.3-2 1.9-3.1 3.6h3.2" />
  ),
  ink: <path d="m5.4 13.2 4.6-10 4.6 10M6.9 10h6.2" />,
  marker: <path d="m7.2 10.6 5.9-6.4 2.9 2.7-5.9 6.4H7.2zM7.2 13.3l-2 1.4h4.1" />,
  text: (
    <path d="m2.8 15 4-10.4 4 10.4M4.2 11.6h5.2M17.2 15V9.4M17.2 12.2a2.4 2.8 0 1 1-4.8 0 2.4 2.8 0 0 1 4.8 0z" />
  ),
  alignLeft: <path d="M3.6 5h12.8M3.6 8.4h8M3.6 11.7h12.8M3.6 15h8" />,
  alignCenter: <path d="M3.6 5h12.8M6 8.4h8M3.6 11.7h12.8M6 15h8" />,
  alignRight: <path d="M3.6 5h12.8M8.4 8.4h8M3.6 11.7h12.8M8.4 15h8" />,
  alignJustify: <path d="M3.6 5h12.8M3.6 8.4h12.8M3.6 11.7h12.8M3.6 15h12.8" />,
  direction: (
    <path d="M10.4 11.6V4.2h4.8M13.2 4.2v7.4M10.4 8.2H9.8a2 2 0 0 1 0-4h.8M16 15.4H4.4M6.6 13.2l-2.4 2.2 2.4 2.2" />
  ),
  bullet: (
    <>
      <path d="M8 5.4h8.4M8 10h8.4M8 14.6h8.4" />
      <circle className="filled" cx="4.4" cy="5.4" r="1.25" />
      <circle className="filled" cx="4.4" cy="10" r="1.25" />
      <circle className="filled" cx="4.4" cy="14.6" r="1.25" />
    </>
  ),
  ordered: (
    <path
      d="M8.6 5.4h7.8M8.6 10h7.8M8.6 14.6h7.8M3.6 4.3l1.1-.7v4M3.4 12.6c.2-.6.6-.9 1.2-.9.7 0 1.2.4 1.2 1 0 1-1.6 1.5-2.4 2.9h2.5"
      strokeWidth="1.4"
    />
  ),
  check: <path d="M9 5.8h7.4M9 14.2h7.4M3.4 5.7l1.2 1.2 2.2-2.6M3.4 14.1l1.2 1.2 2.2-2.6" />,
  outdent: <path d="M3.6 4.6h12.8M9.6 8.2h6.8M9.6 11.8h6.8M3.6 15.4h12.8M6.2 8l-2.4 2 2.4 2" />,
  indent: <path d="M3.6 4.6h12.8M9.6 8.2h6.8M9.6 11.8h6.8M3.6 15.4h12.8M3.8 8l2.4 2-2.4 2" />,
  quote: (
    <path
      className="filled"
      d="M4 10.9c0-3.3 1.5-5.4 4.3-6.1l.4 1.2c-1.6.6-2.4 1.5-2.5 2.8.2-.1.5-.1.8-.1 1.3 0 2.2.9 2.2 2.2s-1 2.3-2.4 2.3C5.1 13.2 4 12.4 4 10.9zm6.9 0c0-3.3 1.5-5.4 4.3-6.1l.4 1.2c-1.6.6-2.4 1.5-2.5 2.8.2-.1.5-.1.8-.1 1.3 0 2.2.9 2.2 2.2s-1 2.3-2.4 2.3c-1.7 0-2.8-.8-2.8-2.3z"
      transform="translate(-.2 1)"
    />
  ),
  code: <path d="m6.8 6.4-3.6 3.6 3.6 3.6M13.2 6.4l3.6 3.6-3.6 3.6" />,
  codeBlock: (
    <path d="M4.6 3.6h10.8a1 1 0 0 1 1 1v10.8a1 1 0 0 1-1 1H4.6a1 1 0 0 1-1-1V4.6a1 1 0 0 1 1-1zM8.4 7.8 6.2 10l2.2 2.2M11.6 7.8l2.2 2.2-2.2 2.2" />
  ),
  link: (
    <path d="M8.6 11.4a2.9 2.9 0 0 0 4.2.2l2.6-2.6a2.97 2.97 0 0 0-4.2-4.2l-1.3 1.3M11.4 8.6a2.9 2.9 0 0 0-4.2-.2L4.6 11a2.97 2.97 0 0 0 4.2 4.2l1.3-1.3" />
  ),
  image: (
    <>
      <path d="M4.6 4.2h10.8a1 1 0 0 1 1 1v9.6a1 1 0 0 1-1 1H4.6a1 1 0 0 1-1-1V5.2a1 1 0 0 1 1-1zM3.8 13.6l3.4-3.4 3 3 2.4-2.4 3.6 3.4" />
      <circle cx="12.6" cy="7.5" r="1.1" />
    </>
  ),
  clear: <path d="M5.4 4.4h9.2M10.8 4.4 8.2 13M4.8 15.8h5.2M12.4 12l4 4M16.4 12l-4 4" />,
  undo: <path d="M7 4.6 3.8 7.8 7 11M4 7.8h7.6a4 4 0 0 1 0 8H8.4" />,
  redo: <path d="m13 4.6 3.2 3.2L13 11M16 7.8H8.4a4 4 0 0 0 0 8h3.2" />,
  down: <path d="m6.6 8.4 3.4 3.4 3.4-3.4" />,
  more: (
    <>
      <circle className="filled" cx="4.6" cy="10" r="1.4" />
      <circle className="filled" cx="10" cy="10" r="1.4" />
      <circle className="filled" cx="15.4" cy="10" r="1.4" />
    </>
  ),
  search: <path d="M13.8 9a4.8 4.8 0 1 1-9.6 0 4.8 4.8 0 0 1 9.6 0zM12.6 12.6l3.6 3.6" />,
  plus: <path d="M10 4.4v11.2M4.4 10h11.2" />,
  close: <path d="m5.6 5.6 8.8 8.8M14.4 5.6l-8.8 8.8" />,
  done: <path d="m4.4 10.4 3.6 3.6 7.6-8" strokeWidth="1.8" />,
  rename: <path d="M4 16h3l8.4-8.4a1.7 1.7 0 0 0 0-2.4l-.6-.6a1.7 1.7 0 0 0-2.4 0L4 13zM11.2 5.8l3 3" />,
  archive: <path d="M3.6 4.6h12.8v3H3.6zM4.8 7.6v7.8h10.4V7.6M8.2 10.6h3.6" />,
  leave: <path d="M8.2 3.8H5a1 1 0 0 0-1 1v10.4a1 1 0 0 0 1 1h3.2M12.6 6.6 16 10l-3.4 3.4M15.6 10H8" />,
  copy: (
    <path d="M8 7.6h7.4a.8.8 0 0 1 .8.8v7.2a.8.8 0 0 1-.8.8H8.8a.8.8 0 0 1-.8-.8zM12.2 7.4V4.6a.8.8 0 0 0-.8-.8H4.6a.8.8 0 0 0-.8.8v6.8a.8.8 0 0 0 .8.8H7.8" />
  ),
  open: (
    <path d="M11.4 3.8h4.8v4.8M16 4l-6.4 6.4M13.8 11.6v3.6a1 1 0 0 1-1 1h-8a1 1 0 0 1-1-1v-8a1 1 0 0 1 1-1h3.6" />
  ),
  play: (
    <path
      className="filled"
      d="M6.6 4.4v11.2a.5.5 0 0 0 .77.42l8.6-5.6a.5.5 0 0 0 0-.84l-8.6-5.6a.5.5 0 0 0-.77.42z"
    />
  ),
  pause: <path className="filled" d="M5.6 4.4h2.8v11.2H5.6zM11.6 4.4h2.8v11.2h-2.8z" />,
  history: <path d="M4 10a6.2 6.2 0 1 0 2-4.5M4 3.8v3.4h3.4M10.2 6.8v3.5l2.4 1.6" />,
  people: (
    <path d="M10.6 7a2.6 2.6 0 1 1-5.2 0 2.6 2.6 0 0 1 5.2 0zM3.2 15.8c.3-2.7 2.2-4.3 4.8-4.3s4.5 1.6 4.8 4.3M12.6 4.6a2.6 2.6 0 0 1 0 4.8M14 11.8c1.6.5 2.6 1.9 2.8 4" />
  ),
  compare: (
    <path d="M10 3.4v13.2M7.4 5.4H4.6a.8.8 0 0 0-.8.8v7.6a.8.8 0 0 0 .8.8h2.8M12.6 5.4h2.8a.8.8 0 0 1 .8.8v7.6a.8.8 0 0 1-.8.8h-2.8" />
  ),
  flag: <path d="M5.4 16.6V3.8M5.4 4.2h9.4l-2.2 3.3 2.2 3.3H5.4" />,
  before: <path d="M12 5.4 7.4 10l4.6 4.6" />,
  after: <path d="m8 5.4 4.6 4.6L8 14.6" />,
  list: <path d="M4 5.6h12M4 10h12M4 14.4h7.6" />,
  sheet: (
    <path d="M5.6 3.2h6l3.6 3.6v9.2a.8.8 0 0 1-.8.8H5.6a.8.8 0 0 1-.8-.8V4a.8.8 0 0 1 .8-.8zM11.4 3.4v3.6h3.6M7.4 10.4h5.2M7.4 13.2h3.6" />
  ),
} as const satisfies Record<string, ReactNode>

export type IconName = keyof typeof DRAWINGS

export function Icon({ name, className = '' }: { name: IconName; className?: string }) {
  return (
    <svg className={`icon ${className}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {DRAWINGS[name]}
    </svg>
  )
}
