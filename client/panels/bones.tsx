/** The shape of a letter, while its words are on their way; only shown when that takes longer than a moment. */
const LINES = [24, 0, 38, 32, 28, 0, 96, 92, 97, 60]

export function Bones() {
  return (
    <div className="sheet-bones late" aria-hidden="true">
      {LINES.map((width, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines are a drawing, and never change
        <span key={line} className="bone" style={{ width: `${width}%` }} />
      ))}
    </div>
  )
}
