/**
 * Errors as RFC 9457 problems: every answer that is not the one asked for has this shape.
 *
 * What is ours to say comes from the closed list of `ot/errors.ts`. Anything else is a fault: the caller
 * learns that it happened, and under which number to find it in the log, and nothing of what is inside.
 */

import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler, Request, Response } from 'express'
import { CollabError } from '../../ot/errors.ts'
import type { Log } from '../log.ts'
import type { Answer } from './route.ts'

/** Long enough for a node to come back or a balancer to choose another, seconds. */
const RETRY_AFTER_S = 1

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly remedy: string
  readonly [member: string]: unknown
}

export function problemOf(error: CollabError): Problem {
  return {
    ...error.data,
    type: `urn:copperplate:error:${error.code}`,
    title: STATUS_CODES[error.status] ?? 'Error',
    status: error.status,
    detail: error.message,
    code: error.code,
    remedy: error.remedy,
  }
}

/** The last handler of the app: answers every error, and logs those that are ours. */
export function answerProblems(log: Log): ErrorRequestHandler {
  // express tells an error handler by its four parameters
  return (error: unknown, request, response, next) => {
    if (!response.headersSent) send(tellable(error, request, log), response)
    else next(error) // too late for an answer: express ends the connection
  }
}

/** The same for a caller that has heard of progress already, and so of a status. */
export function problemAnswer(error: unknown, request: Request, log: Log): Answer {
  const known = tellable(error, request, log)
  return { status: known.status, body: problemOf(known) }
}

function tellable(error: unknown, request: Request, log: Log): CollabError {
  const known = knownError(error)
  return known.status >= 500 ? logged(known, error, request, log) : known
}

/** Puts a fault of ours into the log, and into the answer the number to find it by. */
function logged(known: CollabError, error: unknown, request: Request, log: Log): CollabError {
  const incident = randomUUID()
  log.error({ err: error, incident, method: request.method, path: request.path }, known.message)
  return new CollabError(known.code, known.message, { data: { ...known.data, incident } })
}

function send(error: CollabError, response: Response): void {
  if (error.status === 401) response.set('WWW-Authenticate', 'Bearer')
  if (error.status === 503) response.set('Retry-After', String(RETRY_AFTER_S))
  response.status(error.status).set('Cache-Control', 'no-store').type('application/problem+json')
  response.send(JSON.stringify(problemOf(error)))
}

/** What of an error the caller may know. */
export function knownError(error: unknown): CollabError {
  if (error instanceof CollabError) return error
  if (isDatabaseAway(error)) {
    return new CollabError('server/unavailable', 'The database cannot be reached at the moment.', {
      cause: error,
    })
  }
  return (
    bodyError(error) ??
    new CollabError('server/fault', 'Something went wrong inside the server. The log says what.', {
      cause: error,
    })
  )
}

/**
 * SQLSTATE classes of a server that is out of resources, shutting down, cancelling or failing: asking again
 * may help.
 */
const IN_TROUBLE = /^(40|53|57|58)/

/** By shape, because the class lives behind a wall: this door may not import the store. */
function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error) || error.name !== 'DbError') return false
  const { kind, sqlState } = error as { kind?: unknown; sqlState?: unknown } // what a DbError has
  return kind !== 'refused' || (typeof sqlState === 'string' && IN_TROUBLE.test(sqlState))
}

/** What express and its body parser refuse by themselves: errors with a status below 500. */
function bodyError(error: unknown): CollabError | null {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return null
  if (error.status >= 500) return null
  if (error.status === 413) return new CollabError('message/too-large', 'The body is longer than 1 MiB.')
  if (error instanceof URIError) return new CollabError('request/not-found', 'There is nothing at this path.')
  return new CollabError('request/malformed', 'The body is not JSON in UTF-8.', {
    data: {
      issues: [{ path: '', message: 'must be JSON in UTF-8, without compression errors' }],
    },
    cause: error,
  })
}
