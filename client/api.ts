import type { Blamed } from '../ot/blame.ts'
import type { Passage } from '../ot/comparison.ts'
import type { LetterDocument, LetterOp } from '../ot/component.ts'
import type { ErrorCode, Remedy } from '../ot/errors.ts'
import type { Change, Origin } from '../ot/logged-op.ts'

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

/** A letter at a version. */
export interface LetterAt extends Letter {
  readonly content: LetterDocument
}

export interface VersionName {
  readonly version: number
  readonly name: string
  /** A member's id. */
  readonly author: string
  readonly at: string
}

/** What one person did without a longer pause; or one rollback. */
export interface Sitting {
  /** A member's id; null for a machine. */
  readonly author: string | null
  readonly origin: Origin | null
  /** The versions its first and last edit led to. */
  readonly from: number
  readonly to: number
  readonly began: string
  readonly ended: string
  /** UTF-16 code units. */
  readonly added: number
  readonly deleted: number
  readonly formatted: number
  readonly names: readonly VersionName[]
  /** Why it was rolled back; null when it was not a rollback. */
  readonly reason: string | null
}

export interface HistoryPage {
  readonly head: number
  /** Newest first. */
  readonly sessions: readonly Sitting[]
  readonly next: string | null
}

export interface PastOp {
  readonly version: number
  readonly author: string | null
  readonly origin: Origin | null
  readonly at: string
  readonly restored: readonly Blamed[] | null
}

/** Which edits are to be taken back; times as ISO 8601. */
export type Wanted =
  | { readonly toVersion: number }
  | { readonly author: string; readonly since?: string }
  | { readonly session: { readonly from: number; readonly to: number } }
  | { readonly from: string; readonly to: string }
  | { readonly undo: number }

/** A part of the letter at a version, half-open, UTF-16 code units. */
export interface Selection {
  readonly start: number
  readonly end: number
  readonly version: number
}

export interface RollbackRequest {
  readonly wanted: Wanted
  /** Null: in the whole letter. */
  readonly selection: Selection | null
}

export interface Preview {
  /** The version it was made for. */
  readonly version: number
  readonly op: LetterOp
  /** How many edits would be taken back. */
  readonly undone: number
  readonly passages: readonly Passage[]
}

export interface RolledBack {
  readonly version: number
  readonly changed: boolean
  readonly undone: number
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

/** No server answered, or none that was well. */
export function isAway(error: unknown): boolean {
  return error instanceof ApiError && error.remedy === 'same'
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
    call<LetterPage>('GET', `/docs?${query({ limit, ...(cursor && { cursor }) })}`),
  letter: (id: string) => call<Letter>('GET', `/docs/${id}`),
  /** The id is ours, so that asking twice makes one letter. */
  createLetter: (id: string, title: string) => call<Letter>('POST', '/docs', { id, title, type: 'letter' }),
  renameLetter: (id: string, title: string) => call<Letter>('PATCH', `/docs/${id}`, { title }),
  archiveLetter: (id: string) => call<void>('DELETE', `/docs/${id}`),

  letterAt: (id: string, when: { version: number } | { at: string }) =>
    call<LetterAt>('GET', `/docs/${id}?${query(when)}`),
  history: (id: string, cursor: string | null, limit: number) =>
    call<HistoryPage>('GET', `/docs/${id}/history?${query({ limit, ...(cursor && { cursor }) })}`),
  compare: (id: string, from: number, to: number) =>
    call<{ passages: readonly Passage[] }>('GET', `/docs/${id}/compare?${query({ from, to })}`).then(
      ({ passages }) => passages,
    ),
  blame: (id: string, version: number) =>
    call<{ stretches: readonly PastBlame[] }>('GET', `/docs/${id}/blame?${query({ version })}`).then(
      ({ stretches }) => stretches,
    ),
  /** The edits after version `from`, up to `to` or as far as one answer goes. */
  ops: (id: string, from: number, to: number) =>
    call<{ ops: readonly (PastOp & Change)[] }>('GET', `/docs/${id}/ops?${query({ from, to })}`).then(
      ({ ops }) => ops,
    ),
  /** How much was changed, in equal parts of the history from the first version to the newest. */
  activity: (id: string, parts: number) =>
    call<{ head: number; parts: readonly number[] }>('GET', `/docs/${id}/activity?${query({ parts })}`),
  versionNames: (id: string) =>
    call<{ names: readonly VersionName[] }>('GET', `/docs/${id}/snapshots`).then(({ names }) => names),
  nameVersion: (id: string, version: number, name: string) =>
    call<VersionName>('POST', `/docs/${id}/snapshots`, { version, name }),
  previewRollback: (id: string, { wanted, selection }: RollbackRequest) =>
    call<Preview>('POST', `/docs/${id}/rollback`, {
      ...wanted,
      ...(selection && { selection }),
      preview: true,
    }),
  rollBack: (id: string, { wanted, selection }: RollbackRequest, reason: string) =>
    call<RolledBack>('POST', `/docs/${id}/rollback`, { ...wanted, ...(selection && { selection }), reason }),
}

/** As in ot/blame.ts, but a machine is null. */
export type PastBlame = Omit<Blamed, 'author'> & { readonly author: string | null }

function query(values: Readonly<Record<string, string | number>>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(values).map(([name, value]): [string, string] => [name, String(value)]),
  )
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
