/**
 * What a person can do to the letter: its name for tooltips and screen readers, and its keys.
 *
 * All keys go with Ctrl, or Command on a Mac, and follow what people know from other editors of letters.
 */
export interface Command {
  readonly name: string
  readonly keys?: Keys
}

export interface Keys {
  readonly code: string
  readonly shift?: boolean
  readonly alt?: boolean
}

export const COMMANDS = {
  undo: { name: 'Undo', keys: { code: 'KeyZ' } },
  redo: { name: 'Redo', keys: { code: 'KeyZ', shift: true } },
  bold: { name: 'Bold', keys: { code: 'KeyB' } },
  italic: { name: 'Italic', keys: { code: 'KeyI' } },
  underline: { name: 'Underline', keys: { code: 'KeyU' } },
  strike: { name: 'Strikethrough', keys: { code: 'KeyX', shift: true } },
  subscript: { name: 'Subscript', keys: { code: 'Comma' } },
  superscript: { name: 'Superscript', keys: { code: 'Period' } },
  code: { name: 'Code', keys: { code: 'KeyE' } },
  normal: { name: 'Normal text', keys: { code: 'Digit0', alt: true } },
  heading1: { name: 'Heading 1', keys: { code: 'Digit1', alt: true } },
  heading2: { name: 'Heading 2', keys: { code: 'Digit2', alt: true } },
  heading3: { name: 'Heading 3', keys: { code: 'Digit3', alt: true } },
  alignLeft: { name: 'Align left', keys: { code: 'KeyL', shift: true } },
  alignCenter: { name: 'Align centre', keys: { code: 'KeyE', shift: true } },
  alignRight: { name: 'Align right', keys: { code: 'KeyR', shift: true } },
  alignJustify: { name: 'Justify', keys: { code: 'KeyJ', shift: true } },
  direction: { name: 'Right to left' },
  bullet: { name: 'Bulleted list', keys: { code: 'Digit8', shift: true } },
  ordered: { name: 'Numbered list', keys: { code: 'Digit7', shift: true } },
  check: { name: 'Checklist', keys: { code: 'Digit9', shift: true } },
  tick: { name: 'Tick or untick', keys: { code: 'Enter' } },
  outdent: { name: 'Less indent', keys: { code: 'BracketLeft' } },
  indent: { name: 'More indent', keys: { code: 'BracketRight' } },
  quote: { name: 'Quotation', keys: { code: 'Period', shift: true } },
  codeBlock: { name: 'Code block', keys: { code: 'KeyC', alt: true } },
  link: { name: 'Link', keys: { code: 'KeyK' } },
  image: { name: 'Image', keys: { code: 'KeyG', alt: true } },
  clear: { name: 'Clear formatting', keys: { code: 'Backslash' } },
} as const satisfies Record<string, Command>

export type CommandId = keyof typeof COMMANDS

/** What a key press is, as far as finding its command goes. */
export interface KeyPress {
  readonly key: string
  readonly code: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly shiftKey: boolean
  readonly altKey: boolean
}

/** The command bound to a key press, if any. */
export function commandFor(press: KeyPress, isMac: boolean): CommandId | null {
  const mod = isMac ? press.metaKey && !press.ctrlKey : press.ctrlKey && !press.metaKey
  if (!mod) return null
  const code = codeOf(press, isMac)
  if (code === 'KeyY' && !press.shiftKey && !press.altKey) return 'redo'
  for (const id of Object.keys(COMMANDS) as CommandId[]) {
    const keys = keysOf(id)
    if (keys?.code !== code) continue
    if ((keys.shift ?? false) === press.shiftKey && (keys.alt ?? false) === press.altKey) return id
  }
  return null
}

/**
 * The key as `Keys.code` names it. A Latin letter counts by what is printed on it: on a German keyboard Z and Y
 * have changed places. Everything else counts by where it is, so that Shift+7 is found on every layout.
 *
 * With Alt, a key that writes something else than its own name is AltGr at work, which Windows reports as Ctrl+Alt: on a
 * Polish keyboard AltGr+C writes ć, and must go on doing so.
 */
function codeOf(press: KeyPress, isMac: boolean): string {
  if (/^[a-z]$/i.test(press.key)) return `Key${press.key.toUpperCase()}`
  const isAltGr = press.altKey && !isMac && press.code.replace(/^Digit/, '') !== press.key
  return isAltGr ? '' : press.code
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  Comma: ',',
  Period: '.',
  BracketLeft: '[',
  BracketRight: ']',
  Backslash: '\\',
}

/** As shown in a tooltip: "Ctrl+Shift+7", "⌘⇧7"; empty when the command has no key. */
export function keysShown(id: CommandId, isMac: boolean): string {
  const keys = keysOf(id)
  if (!keys) return ''
  const key = KEY_NAMES[keys.code] ?? keys.code.replace(/^(?:Key|Digit)/, '')
  if (isMac) return `${keys.alt ? '⌥' : ''}${keys.shift ? '⇧' : ''}⌘${key}`
  return ['Ctrl', keys.alt && 'Alt', keys.shift && 'Shift', key].filter(Boolean).join('+')
}

function keysOf(id: CommandId): Keys | undefined {
  return (COMMANDS[id] as Command).keys
}
