import type { DocumentKey } from './types.ts'

/** Where nodes tell one another of a document's versions; also what a document is called in this process. */
export function channelOf({ collection, id }: DocumentKey): string {
  return `${collection}/${id}`
}
