import type { VersionName } from '../../api.ts'
import { follow, letterPath } from '../../app-route.ts'
import { Icon } from '../icons.tsx'
import { MenuButton, type MenuGroup } from '../menu.tsx'
import { number } from '../when.ts'

/** What the chosen version is compared with. */
export type Against =
  | { readonly kind: 'nothing' }
  /** The letter before a sitting. */
  | { readonly kind: 'sitting'; readonly from: number; readonly to: number }
  | { readonly kind: 'version'; readonly version: number; readonly name: string }

interface Props {
  readonly id: string
  readonly title: string
  /** Which version is on the sheet, of when. */
  readonly words: string
  readonly exact: string | undefined
  readonly version: number
  readonly head: number
  readonly names: readonly VersionName[]
  readonly against: Against
  /** The versions of the sitting around the chosen one. */
  readonly sitting: { readonly from: number; readonly to: number } | null
  readonly hasAuthors: boolean
  /** Null where the panel is on the screen. */
  readonly onPanel: (() => void) | null
  onAgainst(against: Against): void
  onAuthors(): void
  onClose(): void
}

const MOST_NAMES = 8

/** What is on the sheet, and how it is looked at. */
export function HistoryBar(props: Props) {
  const { id, title, words, exact, against, hasAuthors, onPanel } = props
  const isComparing = against.kind !== 'nothing'
  return (
    <header className="bar history-bar">
      <a className="mark" href="/" onClick={follow} aria-label="All letters" data-tip="All letters">
        C
      </a>
      <h1 className="title title-fixed">{title}</h1>
      <span className="status history-status" title={exact}>
        <span className="status-words">{words}</span>
      </span>
      <div className="bar-end">
        <MenuButton
          label="Compare"
          className={isComparing ? 'button bar-button bar-button-on' : 'button bar-button'}
          groups={groupsOf(props)}
        >
          <Icon name="compare" className="bar-icon" />
          <span className="bar-words">Compare</span>
          <Icon name="down" className="bar-down" />
        </MenuButton>
        <button
          type="button"
          className={hasAuthors ? 'button bar-button bar-button-on' : 'button bar-button'}
          aria-pressed={hasAuthors}
          aria-label="Authors"
          data-tip="Who wrote what"
          data-keys="A"
          onClick={props.onAuthors}
        >
          <Icon name="people" className="bar-icon" />
          <span className="bar-words">Authors</span>
        </button>
        {onPanel && (
          <button
            type="button"
            className="button bar-button"
            aria-label="Sessions"
            data-tip="Sessions, people and named versions"
            onClick={onPanel}
          >
            <Icon name="list" className="bar-icon" />
            <span className="bar-words">Sessions</span>
          </button>
        )}
        <a
          className="button bar-button"
          href={letterPath(id)}
          aria-label="Close history"
          data-tip="Back to the letter"
          data-keys="Escape"
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return
            event.preventDefault()
            props.onClose()
          }}
        >
          <Icon name="close" className="bar-icon" />
          <span className="bar-words">Close history</span>
        </a>
      </div>
    </header>
  )
}

function groupsOf({ version, head, names, against, sitting, onAgainst }: Props): MenuGroup[] {
  const other = (at: number, name: string, label: string) => ({
    id: `version ${at} ${name}`,
    label,
    checked: against.kind === 'version' && against.version === at && against.name === name,
    onPick: () => onAgainst({ kind: 'version', version: at, name }),
  })
  const named = names.filter((name) => name.version !== version).slice(-MOST_NAMES)
  return [
    {
      title: `Compare version ${number(version)} with`,
      items: [
        {
          id: 'nothing',
          label: 'Nothing',
          checked: against.kind === 'nothing',
          onPick: () => onAgainst({ kind: 'nothing' }),
        },
        ...(sitting
          ? [
              {
                id: 'sitting',
                label: 'The letter before this session',
                checked: against.kind === 'sitting',
                onPick: () => onAgainst({ kind: 'sitting', from: sitting.from, to: sitting.to }),
              },
            ]
          : []),
        ...(version < head ? [other(head, 'today', 'The letter as it is today')] : []),
        ...(version > 1 ? [other(0, 'an empty sheet', 'An empty sheet')] : []),
      ],
    },
    ...(named.length > 0
      ? [
          {
            title: 'Named versions',
            items: named.toReversed().map((name) => other(name.version, `“${name.name}”`, name.name)),
          },
        ]
      : []),
  ]
}
