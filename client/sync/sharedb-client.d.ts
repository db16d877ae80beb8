/** What the published types of ShareDB's client leave out. */
declare module 'sharedb/lib/client/connection.js' {
  interface Connection {
    send(message: object): void
  }
}
