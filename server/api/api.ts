/** The REST door: health, the routes under /v1, and the client's files. */

import express, { type Express, type RequestHandler } from 'express'
import helmet from 'helmet'
import { CollabError } from '../../ot/errors.ts'
import { checkHost } from '../auth/origin.ts'
import { client } from './client.ts'
import { health } from './health.ts'
import { LETTER_ROUTES } from './letters.ts'
import { MEMBER_ROUTES } from './members.ts'
import { PAST_ROUTES } from './past.ts'
import { answerProblems } from './problem.ts'
import { ROLLBACK_ROUTES } from './rollback.ts'
import type { ApiParts, Route } from './route.ts'
import { serve } from './serve.ts'
import { SESSION_ROUTES } from './session.ts'

/** Everything there is under /v1, but for the socket of a letter. */
export const ROUTES: readonly Route[] = [
  ...SESSION_ROUTES,
  ...MEMBER_ROUTES,
  ...LETTER_ROUTES,
  ...PAST_ROUTES,
  ...ROLLBACK_ROUTES,
]

export function createApi(parts: ApiParts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.set('query parser', 'simple')
  app.use(securityHeaders)
  app.use(health(parts))
  app.use((request, _response, next) => {
    checkHost(request.headers.host, parts.origins)
    next()
  })

  for (const route of ROUTES) {
    app[METHODS[route.method]](route.path, serve(route, parts))
  }
  for (const path of new Set(ROUTES.map((route) => route.path))) {
    app.all(path, refuseMethod(ROUTES.filter((route) => route.path === path)))
  }
  app.use('/v1', nothingHere)

  app.use(client(parts.clientDir))
  app.use(nothingHere)
  app.use(answerProblems(parts.log))
  return app
}

const METHODS = { GET: 'get', POST: 'post', PATCH: 'patch', DELETE: 'delete' } as const

/**
 * Scripts come from this server only. Quill writes styles into the page, and letters show images from
 * anywhere over TLS. Strict-Transport-Security is left to what terminates TLS.
 */
const securityHeaders = helmet({
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      'default-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'https:', 'data:'],
      'font-src': ["'self'"],
      'connect-src': ["'self'"],
      'object-src': ["'none'"],
      'base-uri': ["'none'"],
      'frame-ancestors': ["'none'"],
    },
  },
  strictTransportSecurity: false,
})

function refuseMethod(routes: readonly Route[]): RequestHandler {
  const methods = routes.flatMap((route) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method]))
  return (request, response) => {
    response.set('Allow', methods.join(', '))
    throw new CollabError(
      'request/method',
      `${request.method} is not possible here; ${methods.join(', ')} are.`,
    )
  }
}

const nothingHere: RequestHandler = () => {
  throw new CollabError('request/not-found', 'There is nothing at this path.')
}
