/** Times as people say them. The exact one belongs in the title of what shows it. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** "Just now", "12 minutes ago", "5 hours ago", and from yesterday on the day. */
export function whenWords(time: Date, now: Date): string {
  const ago = now.getTime() - time.getTime()
  if (ago < MINUTE) return 'Just now' // and a clock that runs ahead of ours
  if (ago < HOUR) return count(Math.floor(ago / MINUTE), 'minute')
  if (daysBetween(time, now) === 0) return count(Math.floor(ago / HOUR), 'hour')
  return dayWords(time, now)
}

/** "Today", "Yesterday", "Tuesday", "3 November", "3 November 2025". */
export function dayWords(time: Date, now: Date): string {
  const days = daysBetween(time, now)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days < 7) return time.toLocaleDateString('en-GB', { weekday: 'long' })
  const isThisYear = time.getFullYear() === now.getFullYear()
  return time.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    ...(!isThisYear && { year: 'numeric' }),
  })
}

/** "9:38". */
export function clock(time: Date): string {
  return time.toLocaleTimeString('en-GB', { hour: 'numeric', minute: '2-digit' })
}

/** "9:38–9:52"; one time where both are the same minute. */
export function clockSpan(began: Date, ended: Date): string {
  return clock(began) === clock(ended) ? clock(began) : `${clock(began)}–${clock(ended)}`
}

/** "Tuesday 3 November 2026 at 16:12". */
export function exactTime(time: Date): string {
  return time.toLocaleString('en-GB', { dateStyle: 'full', timeStyle: 'short' })
}

/** Grouped: 1,284. */
export function number(value: number): string {
  return value.toLocaleString('en-GB')
}

function count(value: number, unit: string): string {
  return `${value} ${unit}${value === 1 ? '' : 's'} ago`
}

/** In calendar days of the reader's time zone; a day of 23 or 25 hours counts as one. */
function daysBetween(from: Date, to: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  return Math.round((midnight(to) - midnight(from)) / DAY)
}
