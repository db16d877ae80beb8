import { memo, type ReactNode } from 'react'
import type { Speed } from '../../history/pace.ts'
import { SPEEDS } from '../../history/pace.ts'
import { Icon } from '../icons.tsx'
import { MenuButton } from '../menu.tsx'
import { number } from '../when.ts'
import type { Activity } from './activity-bars.ts'
import './time-slider.css'

interface Span {
  readonly from: number
  readonly to: number
}

interface Props {
  readonly head: number
  readonly version: number
  /** Who and when, for those who do not see the sheet. */
  readonly words: string
  readonly activity: Activity | null
  /** The versions of the sitting that was chosen. */
  readonly chosen: Span | null
  readonly isPlaying: boolean
  readonly speed: Speed
  /** Something takes longer than a moment. */
  readonly note: ReactNode
  onMove(version: number): void
  onPlay(): void
  onSpeed(speed: Speed): void
}

/** Every version on one line, with how much was changed when. */
export function TimeSlider(props: Props) {
  const { head, version, isPlaying, speed } = props
  const isSingle = head < 2
  return (
    <section className="slider" aria-label="Versions">
      <button
        type="button"
        className="icon-button"
        aria-label={isPlaying ? 'Pause' : 'Play'}
        data-tip={isPlaying ? 'Pause' : 'Play'}
        data-keys="Space"
        aria-disabled={isSingle}
        onClick={props.onPlay}
      >
        <Icon name={isPlaying ? 'pause' : 'play'} />
      </button>
      <MenuButton
        label={`Speed: ${speed} times`}
        className="slider-speed"
        data-tip="Speed"
        groups={[
          {
            items: SPEEDS.map((choice) => ({
              id: String(choice),
              label: `${choice}×`,
              checked: choice === speed,
              onPick: () => props.onSpeed(choice),
            })),
          },
        ]}
      >
        {speed}×
      </MenuButton>
      <div className="slider-track">
        <Bars activity={props.activity} chosen={props.chosen} head={head} />
        {/* A single version is the whole line. */}
        <div
          className="slider-hand"
          style={{ left: `${isSingle ? 100 : (100 * (version - 1)) / (head - 1)}%` }}
        />
        <input
          type="range"
          className="slider-input"
          aria-label="Version"
          aria-valuetext={props.words}
          min={1}
          max={head}
          value={version}
          onChange={(event) => props.onMove(event.target.valueAsNumber)}
        />
      </div>
      <span className="slider-count">
        {props.note ?? <span aria-hidden="true">{`${number(version)} / ${number(head)}`}</span>}
      </span>
    </section>
  )
}

interface BarsProps {
  readonly activity: Activity | null
  readonly chosen: Span | null
  readonly head: number
}

/** Heights by the square root, so that a small change is still seen beside a large one. */
const Bars = memo(function Bars({ activity, chosen, head }: BarsProps) {
  if (activity === null) return <div className="slider-bars" />
  const { parts } = activity
  const most = Math.max(1, ...parts)
  const length = activity.head / parts.length
  return (
    <div
      className="slider-bars"
      style={{ width: `${(100 * Math.min(activity.head, head)) / head}%` }}
      aria-hidden="true"
    >
      {parts.map((size, index) => {
        const [first, last] = [Math.floor(index * length) + 1, Math.floor((index + 1) * length)]
        const isChosen = chosen !== null && last >= chosen.from && first <= chosen.to
        return (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
            key={index}
            className={isChosen ? 'slider-bar slider-bar-chosen' : 'slider-bar'}
            style={{ height: `${size === 0 ? 4 : 10 + 90 * Math.sqrt(size / most)}%` }}
          />
        )
      })}
    </div>
  )
})
