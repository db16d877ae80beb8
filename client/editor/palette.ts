/**
 * What the menus offer of the formats that take a value. Letters may hold other colours, from a paste for instance.
 *
 * Text colours have 4.5:1 on paper; letter.css gives each of them a lighter twin for the dark theme, by its value as
 * the browser writes it, so a colour that changes here changes there.
 */
export interface Value {
  /** null is the letter's own. */
  readonly value: string | null
  readonly label: string
}

export const COLOURS: readonly Value[] = [
  { value: null, label: 'Ink' },
  { value: '#5e5a53', label: 'Grey' },
  { value: '#a4262c', label: 'Red' },
  { value: '#9a4a22', label: 'Copper' },
  { value: '#7a5b00', label: 'Ochre' },
  { value: '#2f6b4f', label: 'Green' },
  { value: '#3457b2', label: 'Blue' },
  { value: '#8a3fa0', label: 'Violet' },
]

export const HIGHLIGHTS: readonly Value[] = [
  { value: null, label: 'None' },
  { value: '#fbefc9', label: 'Yellow' },
  { value: '#dff0e4', label: 'Green' },
  { value: '#dfe7fb', label: 'Blue' },
  { value: '#f1e2f6', label: 'Violet' },
  { value: '#fbe1de', label: 'Red' },
  { value: '#f6e3d6', label: 'Copper' },
  { value: '#e9e6df', label: 'Grey' },
]

export const FONTS: readonly Value[] = [
  { value: null, label: 'Letter' },
  { value: 'sans', label: 'Plain' },
  { value: 'monospace', label: 'Typewriter' },
]

export const SIZES: readonly Value[] = [
  { value: 'small', label: 'Small' },
  { value: null, label: 'Normal' },
  { value: 'large', label: 'Large' },
  { value: 'huge', label: 'Huge' },
]
