/**
 * Serves one route: credentials, Origin, role, body, handler, in that order, so that nobody is heard before
 * it is known who they are, and nothing they send is read before it is known that they may send it.
 */

import express, { type Request, type RequestHandler, type Response } from 'express'
import type { z } from 'zod'
import { CollabError } from '../../ot/errors.ts'
import { LIMITS, UUID } from '../../ot/wire.ts'
import { assertMay, documentNotFound, roleOf } from '../auth/may.ts'
import { checkOrigin } from '../auth/origin.ts'
import { problemAnswer } from './problem.ts'
import { ProgressLines } from './progress-lines.ts'
import type { Answer, ApiParts, Call, Route } from './route.ts'

const readJson = express.json({ limit: LIMITS.messageBytes, strict: false })

export function serve(route: Route, parts: ApiParts): RequestHandler {
  return async (request, response) => {
    const lines = new ProgressLines(request, response)
    const answer = await answerOf(route, parts, request, response, lines).catch((error: unknown) => {
      if (!lines.hasBegun) throw error
      return problemAnswer(error, request, parts.log)
    })
    if (lines.hasBegun) return lines.end(answer)
    response.status(answer.status).set('Cache-Control', 'no-store')
    if (answer.headers !== undefined) response.set(answer.headers)
    if (answer.json !== undefined) {
      response.type('json')
      for (const piece of answer.json) response.write(piece)
      response.end()
    } else if (answer.body === undefined) response.end()
    else response.json(answer.body)
  }
}

async function answerOf(
  route: Route,
  parts: ApiParts,
  request: Request,
  response: Response,
  lines: ProgressLines,
): Promise<Answer> {
  const callOf = async () => ({
    ...(await readCall(route, request, response)),
    onProgress: (part: number) => lines.say(part),
  })
  if (route.scope === 'public') {
    checkPage(route, parts, request)
    return route.handle(await callOf(), parts)
  }

  const principal = await parts.auth.authenticate(request.headers)
  checkPage(route, parts, request)
  if (route.scope === 'firm') {
    assertMay(roleOf(principal, null), route.action)
    return route.handle({ ...(await callOf()), principal }, parts)
  }

  const { id } = request.params
  if (typeof id !== 'string' || !UUID.test(id)) throw documentNotFound()
  const letter = await parts.letters.find(principal.firm, id)
  if (letter === null) throw documentNotFound()
  const role = roleOf(principal, letter)
  assertMay(role, route.action)
  return route.handle({ ...(await callOf()), principal, letter, role }, parts)
}

/**
 * A page elsewhere could make a browser send these; reading is harmless, because it never sees the answer.
 */
function checkPage(route: Route, parts: ApiParts, request: Request): void {
  if (route.method !== 'GET') checkOrigin(request.headers, parts.origins)
}

async function readCall(
  route: Route,
  request: Request,
  response: Response,
): Promise<Omit<Call<unknown, unknown>, 'onProgress'>> {
  if (route.body !== undefined) await readBody(request, response)
  const issues: Issue[] = []
  const body = parse(route.body, request.body, 'the body', issues)
  const query = parse(route.query, request.query, 'the query', issues)
  if (issues.length > 0) {
    const list = issues.map((issue) => `${issue.path || issue.in}: ${issue.message}`).join('; ')
    throw new CollabError('request/malformed', `The request has the wrong shape. ${list}`, {
      data: { issues },
    })
  }
  return {
    body,
    query,
    cookie: request.headers.cookie,
    authorization: request.headers.authorization,
    secure: request.secure || /^https\b/.test(request.get('x-forwarded-proto') ?? ''),
  }
}

interface Issue {
  readonly in: string
  /** Dotted; empty for the whole. */
  readonly path: string
  readonly message: string
}

function parse(schema: z.ZodType | undefined, value: unknown, place: string, issues: Issue[]): unknown {
  if (schema === undefined) return undefined
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  issues.push(
    ...parsed.error.issues.map(({ path, message }) => ({ in: place, path: path.join('.'), message })),
  )
  return undefined
}

function readBody(request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    readJson(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error)))
  })
}
