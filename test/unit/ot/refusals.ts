import { CollabError } from '../../../ot/errors.ts'

/** The refusal of `run`, which must refuse. */
export function refusal(run: () => unknown): CollabError {
  try {
    run()
  } catch (error) {
    if (error instanceof CollabError) return error
    throw error
  }
  throw new Error('it was taken')
}
