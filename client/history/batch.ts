/** The same thing done to many letters: a few at a time, each with an outcome of its own, so that one that fails stops none. */

export type Outcome<Result> =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'working' }
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'failed'; readonly error: unknown }

const AT_ONCE = 3

/**
 * Resolves when every item has an outcome.
 *
 * @param onOutcome  told of each item when it is begun and when it has ended; never called again after `signal` aborts, upon
 *                   which nothing more is begun
 */
export async function runBatch<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
  onOutcome: (item: Item, outcome: Outcome<Result>) => void,
  signal: AbortSignal,
): Promise<void> {
  const waiting = [...items]
  const tell = (item: Item, outcome: Outcome<Result>): void => {
    if (!signal.aborted) onOutcome(item, outcome)
  }
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined && !signal.aborted; item = waiting.shift()) {
      tell(item, { kind: 'working' })
      try {
        tell(item, { kind: 'done', result: await work(item) })
      } catch (error) {
        tell(item, { kind: 'failed', error })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}
