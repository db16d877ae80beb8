/** What the client's store uses of a browser's database, for tests that run it in Node. */

interface IDBKeyRange {
  readonly lower: unknown
}
declare var IDBKeyRange: { bound(lower: string, upper: string): IDBKeyRange }
declare var indexedDB: object
