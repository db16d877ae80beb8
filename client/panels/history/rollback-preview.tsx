import { useEffect, useState } from 'react'
import { insertLength } from '../../../ot/component.ts'
import { ApiError, api, type Preview, type RollbackRequest } from '../../api.ts'
import type { LookOf } from '../../history/draw-block.ts'
import { errorWords } from '../trouble.tsx'
import { number } from '../when.ts'
import { Excerpts } from './excerpts.tsx'

/** What a rollback would do, as far as it is known. */
export type Previewed =
  | { readonly kind: 'asking' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'known'; readonly preview: Preview }

/** Asks again whenever the request is another one. @param request  null: there is none yet */
export function usePreview(id: string, request: RollbackRequest | null) {
  const [previewed, setPreviewed] = useState<Previewed>({ kind: 'asking' })
  const [asked, setAsked] = useState(0)
  const wanted = JSON.stringify(request)
  // biome-ignore lint/correctness/useExhaustiveDependencies: asking again is what `asked` is for
  useEffect(() => {
    let isCurrent = true
    setPreviewed({ kind: 'asking' })
    const parsed = JSON.parse(wanted) as RollbackRequest | null
    if (parsed === null) return
    api.previewRollback(id, parsed).then(
      (preview) => isCurrent && setPreviewed({ kind: 'known', preview }),
      (error) => isCurrent && setPreviewed({ kind: 'failed', error }),
    )
    return () => {
      isCurrent = false
    }
  }, [id, wanted, asked])
  return { previewed, setPreviewed, retry: () => setAsked((count) => count + 1) }
}

/** What changes in the letter, and nothing else of it. Two previews with equal changes do the same. */
export function changesIn({ passages }: Preview): string {
  return JSON.stringify(passages.filter(({ change }) => change !== 'none'))
}

/** In a preview everything is done by whoever asks: what counts is what comes and what goes. */
const LOOKS: LookOf = ({ kind }) => ({
  colour: kind === 'deleted' ? 'var(--bad)' : 'var(--person-2)',
  words: kind === 'added' ? 'Comes back' : kind === 'deleted' ? 'Is taken out' : 'Gets the formatting it had',
})

export function RollbackPreview({ previewed, onRetry }: { previewed: Previewed; onRetry(): void }) {
  const preview = previewed.kind === 'known' ? previewed.preview : null
  return (
    <>
      <p className="preview-words" role="status">
        {preview && previewWords(preview)}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what is scrolled must be reached by keyboard */}
      <section className="preview" aria-label="Preview" aria-busy={previewed.kind === 'asking'} tabIndex={0}>
        {previewed.kind === 'failed' && (
          <div className="past-none" role="alert">
            <p>{failedWords(previewed.error)}</p>
            <button type="button" className="button button-quiet" onClick={onRetry}>
              Try again
            </button>
          </div>
        )}
        {previewed.kind === 'asking' && (
          <div className="preview-bones late" aria-hidden="true">
            {[88, 94, 40].map((width) => (
              <span key={width} className="bone" style={{ width: `${width}%`, height: 14 }} />
            ))}
          </div>
        )}
        {preview && <Excerpts passages={preview.passages} lookOf={LOOKS} none="The letter stays as it is." />}
      </section>
    </>
  )
}

export function previewWords({ passages, undone }: Preview): string {
  const size = (wanted: string) =>
    passages.reduce((sum, { change, insert }) => (change === wanted ? sum + insertLength(insert) : sum), 0)
  const [back, out, formatted] = [size('added'), size('deleted'), size('formatted')]
  if (undone === 0) return 'There is nothing to take back: none of it is in the letter any more.'
  const what = [
    ...(out > 0 ? [`${characters(out)} ${out === 1 ? 'goes' : 'go'}`] : []),
    ...(back > 0 ? [`${characters(back)} ${back === 1 ? 'comes' : 'come'} back`] : []),
    ...(formatted > 0 ? [`formatting of ${characters(formatted)} is as it was`] : []),
  ]
  const edits = `${number(undone)} ${undone === 1 ? 'edit is' : 'edits are'} taken back`
  return what.length === 0 ? `${edits}, and the words stay as they are.` : `${edits}: ${what.join(', ')}.`
}

function characters(count: number): string {
  return `${number(count)} ${count === 1 ? 'character' : 'characters'}`
}

function failedWords(error: unknown): string {
  const isRefused = error instanceof ApiError && error.code === 'rollback/not-possible'
  return isRefused
    ? error.message
    : `The preview could not be made. ${errorWords(error)} Nothing was changed.`
}
