/** Serves the built client: its files, and its page at every path a person might open. */

import { existsSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import express, { type RequestHandler, Router } from 'express'

const INDEX = 'index.html'

const NOT_BUILT =
  'The server runs, but its pages were not built. Run "npm run build", or start it with "npm start", and reload.\n'

/** The bundler puts a hash of their contents into the names of these, so a browser need never ask again. */
const HASHED = `assets${sep}`

export function client(clientDir: string): Router {
  const router = Router()
  router.use(
    express.static(clientDir, {
      dotfiles: 'deny',
      index: false,
      redirect: false,
      setHeaders(response, path) {
        const isHashed = relative(clientDir, path).startsWith(HASHED)
        response.set('Cache-Control', isHashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    }),
  )
  router.get('/{*path}', page(clientDir))
  return router
}

/** The paths of the client are its own business: whatever wants a page gets the one there is. */
function page(clientDir: string): RequestHandler {
  return (request, response, next) => {
    const wantsPage = request.path === '/' || request.headers.accept?.includes('text/html')
    if (!wantsPage) return next()
    if (!existsSync(join(clientDir, INDEX))) return void response.status(503).type('text').send(NOT_BUILT)
    // By its root: a whole path is refused when any folder in it is hidden, wherever the program lives.
    response.set('Cache-Control', 'no-cache').sendFile(INDEX, { root: clientDir, cacheControl: false })
  }
}
