import type { ErrorCode, Remedy } from '../ot/errors.ts'

/** The REST door, typed. Every function throws `ApiError` and nothing else. */

export interface Person {
  readonly id: string
  readonly name: string
}

export interface Member extends Person {
  readonly firm: string
  readonly admin: boolean
}

export interface SignInState {
  readonly member: Member | null
  /** How this server lets people in: by choosing who they are, or by a token of the firm's own sign-in. */
  readonly signIn: 'local' | 'token'
  /** Whom one may continue as; empty with tokens. */
  readonly members: readonly Person[]
}

export type Role = 'owner' | 'editor' | 'commenter' | 'viewer'

export interface Letter {
  readonly id: string
  readonly title: string
  readonly version: number
  readonly role: Role
  readonly createdAt: string
  readonly createdBy: string
  readonly updatedAt: string
  readonly updatedBy: string | null
}

export interface LetterPage {
  readonly docs: readonly Letter[]
  /** Ask with this for the letters before these; null when there are none. */
  readonly next: string | null
}

export class ApiError extends Error {
  override readonly name = 'ApiError'
  /** `network`: no server answered, so nothing is known to have happened. */
  readonly code: ErrorCode | 'network'
  readonly remedy: Remedy

  constructor(code: ErrorCode | 'network', remedy: Remedy, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.remedy = remedy
  }
}

/** Long enough for a slow line, short enough that a person still waits. */
const ANSWER_MS = 20_000

export const api = {
  session: () => call<SignInState>('GET', '/session'),
  signIn: (who: { member: string } | { name: string } | { token: string }) =>
    call<SignInState>('POST', '/session', who),
  signOut: () => call<void>('DELETE', '/session'),
  members: () => call<{ members: readonly Person[] }>('GET', '/members').then(({ members }) => members),
  letters: (cursor: string | null, limit: number) =>
    call<LetterPage>(
      'GET',
      `/docs?${new URLSearchParams({ limit: String(limit), ...(cursor && { cursor }) })}`,
    ),
  letter: (id: string) => call<Letter>('GET', `/docs/${id}`),
  /** The id is ours, so that asking twice makes one letter. */
  createLetter: (id: string, title: string) => call<Letter>('POST', '/docs', { id, title, type: 'letter' }),
  renameLetter: (id: string, title: string) => call<Letter>('PATCH', `/docs/${id}`, { title }),
  archiveLetter: (id: string) => call<void>('DELETE', `/docs/${id}`),
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  let response: Response
  try {
    response = await fetch(`/v1${path}`, {
      method,
      signal: AbortSignal.timeout(ANSWER_MS),
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
  } catch (cause) {
    throw new ApiError('network', 'same', 'The server did not answer.', cause)
  }
  if (response.status === 204) return undefined as T // the caller's T is void
  const answer: unknown = await response.json().catch(() => null)
  // Our own server, built with this client, answers what the types say; anything else is not it.
  if (response.ok && answer !== null) return answer as T
  throw problem(response.status, answer)
}

function problem(status: number, answer: unknown): ApiError {
  const { code, remedy, detail, title } = (answer ?? {}) as Partial<Record<string, string>>
  if (!code) return new ApiError('server/fault', 'same', `The server answered ${status}.`)
  return new ApiError(code as ErrorCode, (remedy ?? 'never') as Remedy, detail ?? title ?? code)
}
