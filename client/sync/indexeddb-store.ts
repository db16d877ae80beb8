import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import { type Batch, DeviceError, type DeviceStore, type Entry } from './device-store.ts'

const NAME = 'copperplate'
const STORE = 'entries'
/** After every key there is. */
const END = '\uffff'

interface Schema extends DBSchema {
  entries: { key: string; value: unknown }
}

/**
 * Keeps things in the browser's database, for all tabs of one browser.
 *
 * Transactions are strict: by default a browser says that a transaction is complete when it has handed it to the operating
 * system, and a power cut takes it back. A database that the browser closed by itself (the person cleared the site's data,
 * the disk went away) is opened anew with the next call, which may find it empty.
 */
export class IndexedDbStore implements DeviceStore {
  #db: Promise<IDBPDatabase<Schema>> | null = null
  #isClosed = false

  async read(prefix: string): Promise<readonly Entry[]> {
    return this.#use(async (db) => {
      const { store } = db.transaction(STORE)
      const range = beginningWith(prefix)
      const [keys, values] = await Promise.all([store.getAllKeys(range), store.getAll(range)])
      return keys.map((key, i) => [key, values[i]] as const)
    })
  }

  async keys(prefix: string): Promise<readonly string[]> {
    return this.#use((db) => db.getAllKeys(STORE, beginningWith(prefix)))
  }

  async write({ remove = [], put = [] }: Batch): Promise<void> {
    await this.#use(async (db) => {
      const transaction = db.transaction(STORE, 'readwrite', { durability: 'strict' })
      const { store } = transaction
      // Requests run in the order they were made, and `done` tells of each that failed.
      const requests: Promise<unknown>[] = [transaction.done]
      try {
        for (const prefix of remove) requests.push(store.delete(beginningWith(prefix)))
        for (const [key, value] of put) requests.push(store.put(value, key))
        // Without waiting to hear of each request: a page that is put away now hears of nothing any more.
        transaction.commit()
      } catch (error) {
        // A value that cannot be stored is no failed request: what was asked for before it would be done.
        await Promise.allSettled([transaction.abort(), ...requests])
        throw error
      }
      await Promise.all(requests)
    })
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const db = await this.#db?.catch(() => null)
    this.#db = null
    db?.close()
  }

  async #use<T>(task: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T> {
    try {
      return await task(await this.#open())
    } catch (error) {
      const { name } = error as { name?: string }
      // The database was closed beneath us before anybody told us so.
      if (name === 'InvalidStateError') this.#db = null
      throw new DeviceError(name === 'QuotaExceededError' ? 'full' : 'unavailable', error)
    }
  }

  #open(): Promise<IDBPDatabase<Schema>> {
    if (this.#isClosed) throw new Error('the store is closed')
    this.#db ??= this.#opened()
    return this.#db
  }

  #opened(): Promise<IDBPDatabase<Schema>> {
    const forget = () => {
      if (this.#db === opening) this.#db = null
    }
    const opening = openDB<Schema>(NAME, 1, {
      upgrade: (db) => void db.createObjectStore(STORE),
      // A newer page of ours wants to change the database: whoever is in its way has to let go.
      blocking: (_now, _wanted, event) => {
        forget()
        ;(event.target as unknown as IDBPDatabase<Schema>).close() // the event comes from the database itself
      },
      terminated: forget,
    })
    opening.catch(forget)
    return opening
  }
}

function beginningWith(prefix: string): IDBKeyRange {
  return IDBKeyRange.bound(prefix, prefix + END)
}
