import type { VersionName } from '../../api.ts'
import { Icon } from '../icons.tsx'
import type { People } from '../people.ts'
import { exactTime, number, whenWords } from '../when.ts'

interface Props {
  readonly names: readonly VersionName[]
  readonly people: People
  readonly version: number
  readonly mayName: boolean
  onChoose(version: number): void
  onName(): void
}

/** The versions somebody gave a name to, newest first. */
export function NamedList({ names, people, version, mayName, onChoose, onName }: Props) {
  return (
    <>
      {names.length === 0 ? (
        <div className="past-none">
          <Icon name="flag" />
          <p className="past-none-title">No version has a name yet</p>
          <p>Name the ones you will look for later: “Sent to client”, “Before the hearing”.</p>
        </div>
      ) : (
        <ul className="past-list">
          {names.toReversed().map((named) => (
            <li key={named.version} className="sitting" data-current={named.version === version || undefined}>
              <button
                type="button"
                className="sitting-choose"
                aria-current={named.version === version || undefined}
                title={exactTime(new Date(named.at))}
                onClick={() => onChoose(named.version)}
              >
                <span className="sitting-sign sitting-sign-quiet">
                  <Icon name="flag" />
                </span>
                <span className="sitting-what">
                  <span className="sitting-name">{named.name}</span>
                  <span className="sitting-how">
                    version {number(named.version)} · {people.nameOf(named.author)},{' '}
                    {whenWords(new Date(named.at), new Date()).toLowerCase()}
                  </span>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {mayName && (
        <div className="past-foot">
          <button type="button" className="button button-quiet" onClick={onName}>
            Name version {number(version)}…
          </button>
        </div>
      )}
    </>
  )
}
