/** Times as people say them. The exact one belongs in the title of what shows it. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

// Made once: a formatter takes longer to make than a frame has, and the history says the time with each.
const LANGUAGE = 'en-GB'
const WEEKDAY = new Intl.DateTimeFormat(LANGUAGE, { weekday: 'long' })
const DAY_OF_YEAR = new Intl.DateTimeFormat(LANGUAGE, { day: 'numeric', month: 'long' })
const DATE = new Intl.DateTimeFormat(LANGUAGE, { day: 'numeric', month: 'long', year: 'numeric' })
const CLOCK = new Intl.DateTimeFormat(LANGUAGE, { hour: 'numeric', minute: '2-digit' })
const EXACT = new Intl.DateTimeFormat(LANGUAGE, { dateStyle: 'full', timeStyle: 'short' })
const NUMBER = new Intl.NumberFormat(LANGUAGE)

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
  if (days < 7) return WEEKDAY.format(time)
  return (time.getFullYear() === now.getFullYear() ? DAY_OF_YEAR : DATE).format(time)
}

/** "9:38". */
export function clock(time: Date): string {
  return CLOCK.format(time)
}

/** "9:38–9:52"; one time where both are the same minute. */
export function clockSpan(began: Date, ended: Date): string {
  return clock(began) === clock(ended) ? clock(began) : `${clock(began)}–${clock(ended)}`
}

/** "Tuesday 3 November 2026 at 16:12". */
export function exactTime(time: Date): string {
  return EXACT.format(time)
}

/** Grouped: 1,284. */
export function number(value: number): string {
  return NUMBER.format(value)
}

function count(value: number, unit: string): string {
  return `${value} ${unit}${value === 1 ? '' : 's'} ago`
}

/** In calendar days of the reader's time zone; a day of 23 or 25 hours counts as one. */
function daysBetween(from: Date, to: Date): number {
  const midnight = (date: Date) => new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
  return Math.round((midnight(to) - midnight(from)) / DAY)
}
