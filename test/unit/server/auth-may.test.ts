import { expect } from 'chai'
import { CollabError, type ErrorCode } from '../../../ot/errors.ts'
import { ACTIONS, type Action, assertMay, may, ROLES, type Role, roleOf } from '../../../server/auth/may.ts'

const FIRM = '00000000-0000-4000-8000-00000000000f'
const OTHER_FIRM = '00000000-0000-4000-8000-0000000000ff'
const ADA = '00000000-0000-4000-8000-00000000000a'
const BEN = '00000000-0000-4000-8000-00000000000b'

/** Written by hand, so that the table in the program has something to be compared with. */
const EXPECTED: Readonly<Record<Action, Readonly<Record<Role, boolean>>>> = {
  read: { owner: true, editor: true, commenter: true, viewer: true, none: false },
  history: { owner: true, editor: true, commenter: true, viewer: false, none: false },
  edit: { owner: true, editor: true, commenter: false, viewer: false, none: false },
  comment: { owner: true, editor: true, commenter: true, viewer: false, none: false },
  rename: { owner: true, editor: true, commenter: false, viewer: false, none: false },
  'name-version': { owner: true, editor: true, commenter: false, viewer: false, none: false },
  rollback: { owner: true, editor: false, commenter: false, viewer: false, none: false },
  archive: { owner: true, editor: false, commenter: false, viewer: false, none: false },
  create: { owner: true, editor: true, commenter: false, viewer: false, none: false },
  list: { owner: true, editor: true, commenter: true, viewer: true, none: false },
}

function codeOf(work: () => void): ErrorCode | null {
  try {
    work()
  } catch (error) {
    if (error instanceof CollabError) return error.code
    throw error
  }
  return null
}

describe('permissions', () => {
  it('[A4] every action has a rule for every role', () => {
    expect(Object.keys(EXPECTED)).to.have.members([...ACTIONS])
    for (const action of ACTIONS) expect(Object.keys(EXPECTED[action])).to.have.members([...ROLES])
  })

  for (const action of ACTIONS) {
    for (const role of ROLES) {
      it(`[A2] ${role} ${EXPECTED[action]?.[role] ? 'may' : 'may not'} ${action}`, () => {
        expect(may(role, action)).to.equal(EXPECTED[action][role])
      })
    }
  }

  it('[A1] a document of another firm does not exist; one of the own firm is refused', () => {
    for (const action of ACTIONS) {
      expect(codeOf(() => assertMay('none', action))).to.equal('document/not-found')
      for (const role of ROLES.filter((candidate) => candidate !== 'none')) {
        expect(codeOf(() => assertMay(role, action))).to.equal(may(role, action) ? null : 'auth/forbidden')
      }
    }
  })

  const ada = { member: ADA, firm: FIRM, admin: false }
  const letter = { firm: FIRM, createdBy: ADA }
  const ROLE_OF: readonly [string, Role, Role][] = [
    ['who created a letter', roleOf(ada, letter), 'owner'],
    ['a colleague', roleOf({ ...ada, member: BEN }, letter), 'editor'],
    ['an admin of the firm', roleOf({ ...ada, member: BEN, admin: true }, letter), 'owner'],
    ['somebody of another firm', roleOf({ ...ada, member: BEN, firm: OTHER_FIRM }, letter), 'none'],
    ['the admin of another firm', roleOf({ member: BEN, firm: OTHER_FIRM, admin: true }, letter), 'none'],
    ['who created it, but is of another firm now', roleOf({ ...ada, firm: OTHER_FIRM }, letter), 'none'],
    ['a member, in the firm as a whole', roleOf(ada, null), 'editor'],
    ['an admin, in the firm as a whole', roleOf({ ...ada, admin: true }, null), 'owner'],
  ]
  for (const [who, role, expected] of ROLE_OF) {
    it(`[A1] ${who} is ${expected}`, () => expect(role).to.equal(expected))
  }
})
