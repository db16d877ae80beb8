import { type ComponentProps, type KeyboardEvent, type ReactNode, useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { Icon, type IconName } from './icons.tsx'
import './menu.css'

/**
 * A button that opens a menu, in the browser's top layer so that nothing clips it.
 *
 * The browser closes it on Escape and on a click elsewhere, and gives the focus back to the button. Inside, arrows
 * move, letters find, Home and End jump, as the ARIA practices have it.
 */
export interface MenuItem {
  readonly id: string
  readonly label: string
  readonly icon?: IconName
  /** Drawn instead of the label, which stays the name. */
  readonly drawing?: ReactNode
  /** Given for choices: whether this is the one in force. */
  readonly checked?: boolean
  readonly keys?: string
  readonly bad?: boolean
  onPick(): void
}

export interface MenuGroup {
  /** Shown above the group. */
  readonly title?: string
  /** More than one puts the items in a grid. */
  readonly columns?: number
  readonly items: readonly MenuItem[]
}

type Props = {
  readonly label: string
  readonly groups: readonly MenuGroup[]
  /** Above the groups: who or what this is about. */
  readonly head?: ReactNode
} & Omit<ComponentProps<'button'>, 'popoverTarget' | 'onKeyDown'>

export function MenuButton({ label, groups, head, children, ...button }: Props) {
  const id = useId()
  const trigger = useRef<HTMLButtonElement>(null)
  const menu = useRef<HTMLDivElement>(null)
  const [isOpen, setOpen] = useState(false)
  /** At once, so that the next arrow key already finds the items. */
  const open = (): void => {
    if (!menu.current) return
    flushSync(() => setOpen(true))
    if (!menu.current.matches(':popover-open')) menu.current.showPopover()
    focusInside(menu.current)
  }
  const pick = (item: MenuItem): void => {
    menu.current?.hidePopover()
    item.onPick()
  }
  return (
    <>
      <button
        type="button"
        {...button}
        ref={trigger}
        popoverTarget={id}
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowDown') return
          event.preventDefault()
          event.stopPropagation()
          open()
        }}
      >
        {children}
      </button>
      <div
        id={id}
        ref={menu}
        popover="auto"
        role="menu"
        aria-label={label}
        className="menu"
        onBeforeToggle={(event) => {
          if (event.newState === 'open' && trigger.current && menu.current)
            place(menu.current, trigger.current)
        }}
        onToggle={(event) => {
          const opens = event.newState === 'open'
          flushSync(() => setOpen(opens))
          if (!opens) return
          if (!event.currentTarget.contains(document.activeElement)) focusInside(event.currentTarget)
          window.addEventListener('scroll', () => menu.current?.hidePopover(), { once: true, passive: true })
        }}
        onKeyDown={(event) => moveInside(event, menu.current)}
      >
        {isOpen && (
          <>
            {head && <div className="menu-head">{head}</div>}
            {groups.map((group, index) => (
              <Group key={group.title ?? index} group={group} onPick={pick} />
            ))}
          </>
        )}
      </div>
    </>
  )
}

function Group({ group, onPick }: { group: MenuGroup; onPick(item: MenuItem): void }) {
  const columns = group.columns ?? 1
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is not allowed in a menu
    <div
      role="group"
      aria-label={group.title}
      className={columns > 1 ? 'menu-group menu-grid' : 'menu-group'}
      style={columns > 1 ? { gridTemplateColumns: `repeat(${columns}, auto)` } : undefined}
    >
      {group.title && (
        <div className="menu-title" aria-hidden="true">
          {group.title}
        </div>
      )}
      {group.items.map((item) => (
        // biome-ignore lint/a11y/useAriaPropsSupportedByRole: it is given where the role is menuitemradio
        <button
          key={item.id}
          type="button"
          role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
          aria-checked={item.checked}
          aria-label={item.drawing ? item.label : undefined}
          data-tip={columns > 1 ? item.label : undefined}
          data-columns={columns}
          tabIndex={-1}
          className={`menu-item${item.bad ? ' menu-bad' : ''}${columns > 1 ? ' menu-cell' : ''}`}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(item)}
        >
          {item.icon && <Icon name={item.icon} />}
          <span className="menu-label">{item.drawing ?? item.label}</span>
          {item.keys && <kbd className="menu-keys">{item.keys}</kbd>}
          {item.checked && columns === 1 && <Icon name="done" className="menu-done" />}
        </button>
      ))}
    </div>
  )
}

/** Below the button, or above it in the lower half of the window; to the left edge, or the right one. */
function place(menu: HTMLElement, trigger: HTMLElement): void {
  const at = trigger.getBoundingClientRect()
  const above = at.top > window.innerHeight / 2
  const fromRight = at.left > window.innerWidth / 2
  const room = above ? at.top : window.innerHeight - at.bottom
  menu.style.top = above ? 'auto' : `${at.bottom + 4}px`
  menu.style.bottom = above ? `${window.innerHeight - at.top + 4}px` : 'auto'
  menu.style.left = fromRight ? 'auto' : `${Math.max(8, at.left)}px`
  menu.style.right = fromRight ? `${Math.max(8, document.documentElement.clientWidth - at.right)}px` : 'auto'
  menu.style.maxHeight = `${room - 16}px`
}

function items(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role^="menuitem"]')]
}

/** On the choice in force, or the first item. */
function focusInside(menu: HTMLElement): void {
  const checked = menu.querySelector<HTMLElement>('[aria-checked="true"]')
  ;(checked ?? items(menu)[0])?.focus()
}

function moveInside(event: KeyboardEvent, menu: HTMLElement | null): void {
  if (!menu) return
  const list = items(menu)
  const at = list.indexOf(document.activeElement as HTMLElement)
  const columns = Number(list[at]?.dataset.columns ?? 1)
  const next = target(event, list, at, columns)
  if (event.key === 'Tab') menu.hidePopover()
  if (next === null) return
  event.preventDefault()
  event.stopPropagation()
  list[(next + list.length) % list.length]?.focus()
}

function target(
  event: KeyboardEvent,
  list: readonly HTMLElement[],
  at: number,
  columns: number,
): number | null {
  if (event.key === 'ArrowDown') return at + columns
  if (event.key === 'ArrowUp') return at - columns
  if (event.key === 'ArrowRight') return at + 1
  if (event.key === 'ArrowLeft') return at - 1
  if (event.key === 'Home') return 0
  if (event.key === 'End') return list.length - 1
  if (event.key.length !== 1 || event.key === ' ' || event.ctrlKey || event.metaKey) return null
  const letter = event.key.toLowerCase()
  const name = (item: HTMLElement) => (item.ariaLabel ?? item.textContent ?? '').trim().toLowerCase()
  const after = list.findIndex((item, index) => index > at && name(item).startsWith(letter))
  const found = after >= 0 ? after : list.findIndex((item) => name(item).startsWith(letter))
  return found >= 0 ? found : null
}
