import { type KeyboardEvent, type ReactNode, useRef, useState, useSyncExternalStore } from 'react'
import { COMMANDS, type CommandId, keysShown } from '../editor/commands.ts'
import { IS_MAC, type LetterEditor, NOTHING } from '../editor/letter-editor.ts'
import { COLOURS, FONTS, HIGHLIGHTS, SIZES } from '../editor/palette.ts'
import { Icon, type IconName } from './icons.tsx'
import { MenuButton, type MenuGroup, type MenuItem } from './menu.tsx'
import './toolbar.css'

const NEVER = (): (() => void) => () => {}

/**
 * Everything a letter can look like, one Tab away: the arrows move inside (the ARIA toolbar pattern).
 * Pressing a tool leaves the focus in the letter, or takes it back there.
 */
export function Toolbar({ editor, isEnabled }: { editor: LetterEditor | null; isEnabled: boolean }) {
  const view = useSyncExternalStore(editor?.subscribe ?? NEVER, editor?.getSnapshot ?? (() => NOTHING))
  const [current, setCurrent] = useState('style')
  const bar = useRef<HTMLDivElement>(null)
  const { formats } = view
  const run = (id: CommandId) => () => isEnabled && editor?.run(id)

  const tool = (id: CommandId, icon: IconName, isPressed?: boolean, isUsable = true): ReactNode => (
    <button
      key={id}
      type="button"
      className="tool"
      data-tool={id}
      tabIndex={current === id ? 0 : -1}
      aria-label={COMMANDS[id].name}
      aria-pressed={isPressed}
      aria-disabled={!isEnabled || !isUsable}
      data-tip={COMMANDS[id].name}
      data-keys={keysShown(id, IS_MAC)}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => isUsable && run(id)()}
    >
      <Icon name={icon} />
    </button>
  )
  const menu = (
    id: string,
    label: string,
    groups: readonly MenuGroup[],
    face: ReactNode,
    isSet = false,
  ): ReactNode => (
    <MenuButton
      key={id}
      label={label}
      groups={groups}
      className={isSet ? 'tool tool-menu tool-set' : 'tool tool-menu'}
      data-tool={id}
      data-tip={label}
      tabIndex={current === id ? 0 : -1}
      disabled={!isEnabled}
      onMouseDown={(event) => event.preventDefault()}
    >
      {face}
      <Icon name="down" className="tool-down" />
    </MenuButton>
  )
  const choice = (id: CommandId, checked: boolean, more: Partial<MenuItem> = {}): MenuItem => ({
    id,
    label: COMMANDS[id].name,
    checked,
    keys: keysShown(id, IS_MAC),
    onPick: run(id),
    ...more,
  })
  const values = (name: 'color' | 'background' | 'font' | 'size', list: readonly Value[]): MenuItem[] =>
    list.map(({ value, label, drawing }) => ({
      id: label,
      label,
      drawing,
      checked: (formats[name] ?? null) === value,
      onPick: () => editor?.set(name, value),
    }))

  const heading = typeof formats.header === 'number' ? formats.header : 0
  const align = typeof formats.align === 'string' ? formats.align : 'left'
  const style = heading > 0 ? `Heading ${heading}` : 'Normal'

  return (
    <div
      ref={bar}
      className="toolbar"
      role="toolbar"
      aria-label="Formatting"
      aria-controls="letter"
      aria-orientation="horizontal"
      tabIndex={-1}
      onFocus={(event) => {
        const id = event.target.closest<HTMLElement>('[data-tool]')?.dataset.tool
        if (id) setCurrent(id)
      }}
      onKeyDown={(event) => moveAlong(event, bar.current, editor)}
    >
      <div className="tools">
        {menu(
          'style',
          `Paragraph style: ${style}`,
          [{ items: styles(choice, heading) }],
          <Style>{style}</Style>,
        )}
        <hr className="tools-rule" />
        {tool('bold', 'bold', Boolean(formats.bold))}
        {tool('italic', 'italic', Boolean(formats.italic))}
        {tool('underline', 'underline', Boolean(formats.underline))}
        {tool('strike', 'strike', Boolean(formats.strike))}
        <hr className="tools-rule" />
        {menu(
          'colour',
          'Text colour',
          [{ title: 'Text colour', columns: 4, items: values('color', swatches(COLOURS, 'swatch-ink')) }],
          <Tinted icon="ink" colour={formats.color} />,
        )}
        {menu(
          'highlight',
          'Highlight',
          [
            {
              title: 'Highlight',
              columns: 4,
              items: values('background', swatches(HIGHLIGHTS, 'swatch-paper')),
            },
          ],
          <Tinted icon="marker" colour={formats.background} />,
        )}
        {menu(
          'text',
          'Font, size and more',
          [
            {
              title: 'Font',
              items: values(
                'font',
                FONTS.map((font) => ({ ...font, drawing: <Sample {...font} /> })),
              ),
            },
            { title: 'Size', items: values('size', SIZES) },
            {
              items: [
                choice('superscript', formats.script === 'super', { icon: 'superscript' }),
                choice('subscript', formats.script === 'sub', { icon: 'subscript' }),
                choice('code', Boolean(formats.code), { icon: 'code' }),
              ],
            },
          ],
          <Icon name="text" />,
          Boolean(formats.font || formats.size || formats.script || formats.code),
        )}
        <hr className="tools-rule" />
        {menu(
          'align',
          'Alignment and direction',
          [
            {
              items: [
                choice('alignLeft', align === 'left', { icon: 'alignLeft' }),
                choice('alignCenter', align === 'center', { icon: 'alignCenter' }),
                choice('alignRight', align === 'right', { icon: 'alignRight' }),
                choice('alignJustify', align === 'justify', { icon: 'alignJustify' }),
              ],
            },
            { items: [choice('direction', formats.direction === 'rtl', { icon: 'direction' })] },
          ],
          <Icon name={ALIGN_ICONS[align] ?? 'alignLeft'} />,
          align !== 'left' || formats.direction === 'rtl',
        )}
        <hr className="tools-rule" />
        {tool('bullet', 'bullet', formats.list === 'bullet')}
        {tool('ordered', 'ordered', formats.list === 'ordered')}
        {tool('check', 'check', formats.list === 'checked' || formats.list === 'unchecked')}
        {tool('outdent', 'outdent', undefined, Boolean(formats.indent))}
        {tool('indent', 'indent')}
        <hr className="tools-rule" />
        {tool('quote', 'quote', Boolean(formats.blockquote))}
        {tool('codeBlock', 'codeBlock', Boolean(formats['code-block']))}
        {tool('link', 'link', Boolean(formats.link))}
        {tool('image', 'image')}
        <hr className="tools-rule" />
        {tool('clear', 'clear')}
        {tool('undo', 'undo', undefined, view.canUndo)}
        {tool('redo', 'redo', undefined, view.canRedo)}
      </div>
    </div>
  )
}

interface Value {
  readonly value: string | null
  readonly label: string
  readonly drawing?: ReactNode
}

const ALIGN_ICONS: Readonly<Record<string, IconName>> = {
  left: 'alignLeft',
  center: 'alignCenter',
  right: 'alignRight',
  justify: 'alignJustify',
}

type Choice = (id: CommandId, checked: boolean, more?: Partial<MenuItem>) => MenuItem

function styles(choice: Choice, heading: number): MenuItem[] {
  const ids = ['normal', 'heading1', 'heading2', 'heading3'] as const
  return ids.map((id, level) =>
    choice(id, heading === level, {
      drawing: <span className={`style-sample style-${level}`}>{COMMANDS[id].name}</span>,
    }),
  )
}

function swatches(list: readonly Value[], className: string): Value[] {
  return list.map((value) => ({
    ...value,
    drawing: <span className={`swatch ${className}`} style={tint(className, value.value)} />,
  }))
}

/** As the letter is styled itself, so that letter.css shows the dark theme's twin here too. */
function tint(className: string, value: string | null): React.CSSProperties | undefined {
  if (value === null) return undefined
  return className === 'swatch-ink' ? { color: value } : { backgroundColor: value }
}

function Style({ children }: { children: string }) {
  return <span className="tool-style">{children}</span>
}

function Sample({ value, label }: Value) {
  return <span className={`ql-font-${value ?? 'letter'}`}>{label}</span>
}

function Tinted({ icon, colour }: { icon: IconName; colour: unknown }) {
  return (
    <span className="tool-tinted">
      <Icon name={icon} />
      <span className="tool-tint" style={{ color: typeof colour === 'string' ? colour : undefined }} />
    </span>
  )
}

function moveAlong(event: KeyboardEvent, bar: HTMLElement | null, editor: LetterEditor | null): void {
  if (!bar || !(event.target instanceof Element) || event.target.closest('[role="menu"]')) return
  const tools = [...bar.querySelectorAll<HTMLElement>('[data-tool]')]
  const at = tools.indexOf(document.activeElement as HTMLElement)
  const next =
    event.key === 'ArrowRight'
      ? at + 1
      : event.key === 'ArrowLeft'
        ? at - 1
        : event.key === 'Home'
          ? 0
          : event.key === 'End'
            ? tools.length - 1
            : null
  if (event.key === 'Escape') editor?.focus()
  if (next === null) return
  event.preventDefault()
  tools[(next + tools.length) % tools.length]?.focus()
}
