export type Routing = 'random' | 'document'

export type BalancerOrders = {
  readonly start: readonly [{ nodes: readonly number[] }, { port: number }]
  readonly route: readonly [{ by: Routing; seed: number }, null]
  /** Everybody is cut off, and where letters go is drawn anew. */
  readonly reroute: readonly [null, null]
  /** The ports of the nodes it sends clients to. */
  readonly ready: readonly [null, { nodes: readonly number[] }]
}
