/** What a balancer asks. Anybody may, at any address: the answers say nothing about anyone. */

import { Router } from 'express'
import type { ApiParts } from './route.ts'

export function health(parts: Pick<ApiParts, 'ready'>): Router {
  const router = Router()

  /** The process answers. Restarting it would mend nothing, whatever else is wrong. */
  router.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ status: 'ok' })
  })

  /** This node can serve: its database answers, and it is not shutting down. */
  router.get('/readyz', async (_request, response) => {
    await parts.ready()
    response.set('Cache-Control', 'no-store').json({ status: 'ok' })
  })

  return router
}
