import type { DeviceStore, Entry } from '../../client/sync/device-store.ts'
import { replicaIn } from '../../client/sync/outbox.ts'
import { type Checkpoint, type Replica, step } from '../../client/sync/replica.ts'
import { CollabError } from '../../ot/errors.ts'
import { Documents } from '../../server/doc/documents.ts'
import type { DocumentKey, Outcome, Submission } from '../../server/doc/types.ts'
import type { Mutant } from './mutants.ts'
import type { Head, Parts } from './parts.ts'

/** Wrong ways to keep what was typed: each is what somebody who has not met the trap would write. */
export const OUTBOX_MUTANTS: Readonly<Record<string, Mutant>> = {
  'naive-outbox': {
    what: 'a tab that comes back sends what was sent before as if it had never been',
    parts: comingBack(({ version, confirmed, sent, waiting }) => ({
      ...{ version, confirmed, sent: null },
      waiting: sent === null ? waiting : [sent, ...waiting],
    })),
  },
  'fetch-first': {
    what: 'a tab that comes back fetches the letter, and puts what it had kept on top',
    parts: comingBack(({ sent, waiting }, head) => ({
      ...{ version: head.version, confirmed: head.letter },
      ...{ sent, waiting },
    })),
  },
  'clear-on-send': {
    what: 'an op is out of the outbox when it is sent',
    parts: comingBack((replica) =>
      replica.sent === null ? replica : step(replica, { kind: 'refused' }).replica,
    ),
  },
  'promising-device': {
    what: 'edits count as kept a moment before they are',
    parts: {
      device: ({ read, keys, write, close }) => ({
        ...{ read, keys, close },
        write: async (batch) => void setTimeout(() => void write(batch).catch(() => undefined), 300),
      }),
    },
  },
  'forgets-guests': {
    what: 'a tab that takes what was written in another does not keep that it has',
    parts: {
      device: ({ read, keys, write, close }) => ({
        ...{ read, keys, close },
        write: ({ remove, put = [] }) =>
          write({ remove, put: put.filter(([key]) => !key.startsWith('guest/')) }),
      }),
    },
  },
  'share-source': {
    what: 'all tabs of a browser submit under one source',
    parts: {
      says(text, browser) {
        const message = JSON.parse(text) as { a: string; id?: string | null; src?: string }
        if (message.a === 'op') browser.sharedSource ??= message.src ?? null
        if (message.a !== 'hs' || message.id || browser.sharedSource === null) return text
        return JSON.stringify({ ...message, id: browser.sharedSource })
      },
    },
  },
  'answer-with-error': {
    what: 'an op that takes long to commit is answered with an error, and committed all the same',
    parts: { documents: (deps) => new ImpatientDocuments(deps) },
  },
}

/** What a tab finds of an outbox is something else than what was kept. */
function comingBack(change: (replica: Replica, head: Head) => Checkpoint): Partial<Parts> {
  const device = (store: DeviceStore, headOf: (letter: string) => Head): DeviceStore => ({
    keys: (prefix) => store.keys(prefix),
    write: (batch) => store.write(batch),
    close: () => store.close(),
    async read(prefix) {
      const entries = await store.read(prefix)
      if (!prefix.startsWith('outbox/') || entries.length === 0) return entries
      const { epoch, replica } = replicaIn(entries)
      const { version, confirmed, sent, waiting } = change(replica, headOf(prefix.split('/')[2]!))
      const base: Entry = [`${prefix}base`, { epoch, version, confirmed, sent, waiting }]
      return [base]
    },
  })
  return { device }
}

const PATIENCE_MS = 60

class ImpatientDocuments extends Documents {
  override resident(_key: DocumentKey): undefined {
    return undefined
  }

  override submit(key: DocumentKey, submission: Submission): Promise<Outcome> {
    return new Promise((resolve, reject) => {
      const tooLong = () => reject(new CollabError('op/does-not-fit', 'The op could not be stored in time.'))
      setTimeout(tooLong, PATIENCE_MS)
      super.submit(key, submission).then(resolve, reject)
    })
  }
}
