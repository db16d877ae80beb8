import type { Component } from '../../ot/component.ts'

/** What the published types of ShareDB's client leave out. Read only: ShareDB owns the queue. */
declare module 'sharedb/lib/sharedb.js' {
  interface QueuedOp {
    readonly op?: { readonly ops: readonly Component[] } | readonly Component[]
    /** Set once it has been sent: nothing is composed into it any more. */
    readonly sentAt?: number
  }
  interface Doc<T> {
    readonly inflightOp: QueuedOp | null
    readonly pendingOps: readonly QueuedOp[]
  }
}
