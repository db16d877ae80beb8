/** The names of all documents, for whoever goes through them one by one. */

import type { Queryable } from './db.ts'

const PAGE = 500

export interface DocumentName {
  readonly collection: string
  readonly id: string
}

/** Every document that has been named, in the order in which that happened. */
export async function* documentNames(db: Queryable): AsyncGenerator<DocumentName> {
  let after = 0
  for (;;) {
    const page = await db.query<
      DocumentName & { readonly number: number; readonly [column: string]: unknown }
    >(
      `select number, collection, id
         from documents
        where number > $1
        order by number
        limit $2`,
      [after, PAGE],
    )
    yield* page
    if (page.length < PAGE) return
    after = page.at(-1)!.number
  }
}
