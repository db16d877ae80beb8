/** Redis for tests: the one of this run, or one that a test may harm. */

import { RedisServer } from './redis-server.ts'

/** The Redis all tests of this run share: use channel and key names of your own. */
export function sharedRedisUrl(): string {
  const url = process.env.TEST_REDIS_URL
  if (url === undefined) {
    throw new Error('This test needs Redis. Run it with `npm test -- <tier>`, which starts one.')
  }
  return url
}

/** A Redis that a test may stop, kill and start again; `close()` it in the end. */
export function ownRedis(): Promise<RedisServer> {
  return RedisServer.create()
}
