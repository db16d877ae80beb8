/**
 * The changes on a sheet, one after the other: what a person goes through with "next". Marks that touch are one change, such
 * as a word that was replaced by another.
 */
export interface Change {
  readonly marks: readonly HTMLElement[]
}

const CHANGED = '.past-added, .past-deleted, .past-formatted'

export function changesOn(sheet: HTMLElement): Change[] {
  const changes: HTMLElement[][] = []
  for (const mark of sheet.querySelectorAll<HTMLElement>(CHANGED)) {
    const open = changes.at(-1)
    if (open && touches(open.at(-1)!, mark)) open.push(mark)
    else changes.push([mark])
  }
  return changes.map((marks) => ({ marks }))
}

/** "Deleted by Ben Okafor: “£18,340”. Added by Ada Marsh: “£18,430”." */
export function changeWords({ marks }: Change): string {
  const parts: { words: string; text: string }[] = []
  for (const { dataset, classList, textContent } of marks) {
    const words = dataset.tip ?? ''
    const text = classList.contains('past-end') ? ' ' : textContent
    const open = parts.at(-1)
    if (open?.words === words) open.text += text
    else parts.push({ words, text })
  }
  return parts
    .map(({ words, text }) => `${words}: ${text.trim() === '' ? 'a line' : `“${short(text.trim())}”`}.`)
    .join(' ')
}

/** Shows which one it is, and brings it into view. */
export function point(change: Change | undefined, before: Change | undefined): void {
  for (const mark of before?.marks ?? []) mark.classList.remove('past-here')
  for (const mark of change?.marks ?? []) mark.classList.add('past-here')
  change?.marks[0]?.scrollIntoView({ block: 'center' })
}

function short(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

/** In one line, or at the end of one and the beginning of the next, which may be in another list or part of the sheet. */
function touches(mark: HTMLElement, next: HTMLElement): boolean {
  if (mark.nextSibling !== null) return mark.nextSibling === next
  let ends: Element | null = mark.parentElement
  while (ends?.nextElementSibling === null) ends = ends.parentElement
  let begins = ends?.nextElementSibling ?? null
  while (begins !== null && begins !== next.parentElement) begins = begins.firstElementChild
  return begins?.firstChild === next
}
