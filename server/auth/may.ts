/**
 * Who may do what (rules A1 and A2): one pure table, asked by REST, the socket and the CLI alike.
 */

import { CollabError } from '../../ot/errors.ts'
import type { Principal } from './principal.ts'

/** What a member is to a document. `none`: for this member the document does not exist. */
export const ROLES = ['owner', 'editor', 'commenter', 'viewer', 'none'] as const
export type Role = (typeof ROLES)[number]

const MAY = {
  /** See that the document exists, open it, see who else is there. */
  read: ['owner', 'editor', 'commenter', 'viewer'],
  /** Read it at any version, and who changed what: what was deleted is there, and not for a viewer's eyes. */
  history: ['owner', 'editor', 'commenter'],
  /** Change its text. */
  edit: ['owner', 'editor'],
  comment: ['owner', 'editor', 'commenter'],
  rename: ['owner', 'editor'],
  'name-version': ['owner', 'editor'],
  /** Take edits of anybody back. */
  rollback: ['owner'],
  archive: ['owner'],
  /** Asked of the firm: start a new letter. */
  create: ['owner', 'editor'],
  /** Asked of the firm: see its letters and its members. */
  list: ['owner', 'editor', 'commenter', 'viewer'],
} as const satisfies Record<string, readonly Role[]>

export type Action = keyof typeof MAY
export const ACTIONS = Object.keys(MAY) as readonly Action[] // the keys of a literal are its only keys

/** What decides over a role; a letter and its companions share it. */
export interface Owned {
  readonly firm: string
  /** Member UUID. */
  readonly createdBy: string
}

/**
 * The role of a member on a document, or in the own firm as a whole when `document` is null.
 *
 * Nothing crosses firms: the admin of one firm is nobody in another.
 */
export function roleOf(
  principal: Pick<Principal, 'member' | 'firm' | 'admin'>,
  document: Owned | null,
): Role {
  if (document !== null && document.firm !== principal.firm) return 'none'
  if (principal.admin) return 'owner'
  return document?.createdBy === principal.member ? 'owner' : 'editor'
}

export function may(role: Role, action: Action): boolean {
  const roles: readonly Role[] = MAY[action]
  return roles.includes(role)
}

/**
 * @throws CollabError `document/not-found` to whom the document does not exist (404, never 403, rule A1),
 *         `auth/forbidden` to whom it does
 */
export function assertMay(role: Role, action: Action): void {
  if (role === 'none') throw documentNotFound()
  if (!may(role, action)) {
    throw new CollabError('auth/forbidden', `Your role here is ${role}, which does not include: ${action}.`, {
      data: { action, role },
    })
  }
}

/** The one way to say that a document does not exist, whatever the reason. */
export function documentNotFound(): CollabError {
  return new CollabError('document/not-found', 'There is no such document.')
}
