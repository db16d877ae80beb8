import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { CollabError, type ErrorCode } from '../../../ot/errors.ts'
import { Authenticator } from '../../../server/auth/authenticate.ts'
import type { Member, MemberStore } from '../../../server/store/members.ts'
import { memberToken, TEST_SECRET } from '../../harness/tokens.ts'

/** Members in memory, with a count of what was asked of them. */
class Memory implements MemberStore {
  readonly members = new Map<string, Member>()
  reads = 0
  writes = 0
  isAway = false

  async find(id: string): Promise<Member | null> {
    this.#reach()
    this.reads++
    return this.members.get(id) ?? null
  }

  async put(member: Member): Promise<Member | null> {
    this.#reach()
    this.writes++
    if ((this.members.get(member.id)?.firm ?? member.firm) !== member.firm) return null
    this.members.set(member.id, member)
    return member
  }

  async list(firm: string): Promise<Member[]> {
    this.#reach()
    return [...this.members.values()].filter((member) => member.firm === firm)
  }

  #reach(): void {
    if (this.isAway) throw new Error('ECONNREFUSED')
  }
}

async function codeOf(promise: Promise<unknown>): Promise<ErrorCode | null> {
  try {
    await promise
  } catch (error) {
    if (error instanceof CollabError) return error.code
    throw error
  }
  return null
}

describe('authentication', () => {
  const key = Buffer.alloc(32, 1)
  const ada = { sub: randomUUID(), firm: randomUUID(), name: 'Ada' }
  let store: Memory
  let now: number
  let auth: Authenticator

  beforeEach(() => {
    store = new Memory()
    now = Date.now()
    auth = new Authenticator({ jwtSecret: TEST_SECRET }, store, key, { now: () => now })
  })

  function show(token: string) {
    return auth.authenticate({ authorization: `Bearer ${token}` })
  }

  function cookie(session: string) {
    return { cookie: `copperplate-session=${session}` }
  }

  it('a member comes into being with the first valid token', async () => {
    const principal = await show(memberToken(ada))
    expect(principal).to.include({ member: ada.sub, firm: ada.firm, name: 'Ada', admin: false })
    expect(store.members.get(ada.sub)).to.deep.equal({
      id: ada.sub,
      firm: ada.firm,
      name: 'Ada',
      admin: false,
    })
  })

  it('a busy member costs one lookup a second, and no writes', async () => {
    const token = memberToken(ada)
    for (let call = 0; call < 100; call++) await show(token)
    expect([store.reads, store.writes]).to.deep.equal([1, 1])
    now += 999
    await show(token)
    expect(store.reads).to.equal(1)
    now += 1
    await show(token)
    expect([store.reads, store.writes]).to.deep.equal([2, 1])
  })

  for (const change of [{ name: 'Ada L.' }, { admin: true }]) {
    it(`a changed ${Object.keys(change)[0]} is written at once`, async () => {
      await show(memberToken(ada))
      expect(await show(memberToken({ ...ada, ...change }))).to.include(change)
      expect(store.members.get(ada.sub)).to.include(change)
    })
  }

  it('[A1] a token for a member of another firm is refused', async () => {
    await show(memberToken(ada))
    expect(await codeOf(show(memberToken({ ...ada, firm: randomUUID() })))).to.equal('auth/invalid')
    now += 60_000
    expect(await codeOf(show(memberToken({ ...ada, firm: randomUUID() })))).to.equal('auth/invalid')
    expect(store.members.get(ada.sub)?.firm).to.equal(ada.firm)
  })

  it('[A5] a session has the rights its member has now, not those of the sign-in', async () => {
    const { session } = await auth.signInWithToken(memberToken({ ...ada, admin: true }))
    expect(await auth.authenticate(cookie(session))).to.include({ admin: true })
    store.members.set(ada.sub, { id: ada.sub, firm: ada.firm, name: 'Ada', admin: false })
    now += 1_000
    expect(await auth.authenticate(cookie(session))).to.include({ admin: false })
  })

  it('[A5] nor those it had before the clock was set back', async () => {
    const { session } = await auth.signInWithToken(memberToken({ ...ada, admin: true }))
    store.members.set(ada.sub, { id: ada.sub, firm: ada.firm, name: 'Ada', admin: false })
    now -= 10 * 60_000
    expect(await auth.authenticate(cookie(session))).to.include({ admin: false })
  })

  it('[A5] a session of a member who is gone is refused', async () => {
    const { session } = await auth.signInWithToken(memberToken(ada))
    store.members.clear()
    now += 1_000
    expect(await codeOf(auth.authenticate(cookie(session)))).to.equal('auth/invalid')
  })

  it('a token wins over a cookie, and a bad one is not mended by it', async () => {
    const ben = { ...ada, sub: randomUUID(), name: 'Ben' }
    const { session } = await auth.signInWithToken(memberToken(ada))
    const both = { ...cookie(session), authorization: `Bearer ${memberToken(ben)}` }
    expect(await auth.authenticate(both)).to.include({ member: ben.sub })
    expect(await codeOf(auth.authenticate({ ...both, authorization: 'Bearer x' }))).to.equal('auth/invalid')
    expect(await auth.authenticate({ ...both, authorization: 'Basic eDp5' })).to.include({ member: ada.sub })
  })

  it('[S8] nobody is refused for a database that is away', async () => {
    const token = memberToken(ada)
    const { session } = await auth.signInWithToken(token)
    store.isAway = true
    now += 1_000
    expect(await codeOf(show(token))).to.equal('server/unavailable')
    expect(await codeOf(auth.authenticate(cookie(session)))).to.equal('server/unavailable')
  })

  describe('in local mode', () => {
    beforeEach(() => {
      auth = new Authenticator({ jwtSecret: null }, store, key, { now: () => now })
    })

    it('a person is whom they choose to be', async () => {
      const { member, session } = await auth.signInAsNew('Ada')
      expect(await auth.authenticate(cookie(session))).to.include({
        member: member.id,
        name: 'Ada',
        admin: false,
      })
      expect(await auth.localMembers()).to.deep.equal([member])
      expect((await auth.signInAs(member.id)).member).to.deep.equal(member)
    })

    it('members of real firms in the same database cannot be chosen', async () => {
      store.members.set(ada.sub, { id: ada.sub, firm: ada.firm, name: 'Ada', admin: true })
      expect(await codeOf(auth.signInAs(ada.sub))).to.equal('auth/invalid')
      expect(await auth.localMembers()).to.deep.equal([])
    })

    it('a session does not outlive local mode', async () => {
      const { session } = await auth.signInAsNew('Ada')
      const strict = new Authenticator({ jwtSecret: TEST_SECRET }, store, key, { now: () => now })
      expect(await codeOf(strict.authenticate(cookie(session)))).to.equal('auth/invalid')
      expect(await codeOf(strict.signInAsNew('Eve'))).to.equal('auth/forbidden')
      expect(await codeOf(strict.localMembers())).to.equal('auth/forbidden')
    })
  })
})
