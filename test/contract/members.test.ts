import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { type MemberStore, sqlMembers } from '../../server/store/members.ts'
import { secret } from '../../server/store/settings.ts'
import { DATABASES, type OpenDatabase } from './letters-databases.ts'

for (const [engine, open] of Object.entries(DATABASES)) {
  describe(`members and settings on ${engine}`, () => {
    let database: OpenDatabase
    let members: MemberStore

    before(async function () {
      this.timeout(60_000)
      database = await open()
      members = sqlMembers(database.db)
    })
    after(() => database.close())

    function someone(name = 'Ada', firm: string = randomUUID()) {
      return { id: randomUUID(), firm, name, admin: false }
    }

    it('a member who was written can be found, and the firm came with the member', async () => {
      const ada = someone()
      expect(await members.put(ada)).to.deep.equal(ada)
      expect(await members.find(ada.id)).to.deep.equal(ada)
      expect(await members.find(randomUUID())).to.equal(null)
    })

    it('a new name and a new right take the place of the old', async () => {
      const ada = someone()
      await members.put(ada)
      const promoted = { ...ada, name: 'Ada L.', admin: true }
      expect(await members.put(promoted)).to.deep.equal(promoted)
      expect(await members.put(ada)).to.deep.equal(ada)
    })

    it('[A1] a member never changes firms', async () => {
      const ada = someone()
      await members.put(ada)
      expect(await members.put({ ...ada, firm: randomUUID(), name: 'Mallory', admin: true })).to.equal(null)
      expect(await members.find(ada.id)).to.deep.equal(ada)
    })

    it('a firm is listed by name, without regard to capitals, and alone', async () => {
      const firm = randomUUID()
      for (const name of ['carol', 'Ada', 'ben']) await members.put(someone(name, firm))
      await members.put(someone('Eve'))
      expect((await members.list(firm)).map(({ name }) => name)).to.deep.equal(['Ada', 'ben', 'carol'])
      expect(await members.list(randomUUID())).to.deep.equal([])
    })

    it('the first members of a firm may all come at once', async () => {
      const firm = randomUUID()
      const all = Array.from({ length: 10 }, (_, index) => someone(`Member ${index}`, firm))
      const written = await Promise.all(all.map((member) => members.put(member)))
      expect(written).to.deep.equal(all)
    })

    it('any text may be a name', async () => {
      for (const name of ["O'Brien; drop table members --", '日本語', '👩‍⚖️', '$1', '%s', '\\']) {
        const member = someone(name)
        await members.put(member)
        expect((await members.find(member.id))?.name).to.equal(name)
      }
    })

    it('[S5] nodes that start at once come by the same key', async () => {
      const keys = await Promise.all(Array.from({ length: 10 }, () => secret(database.db, 'a-key')))
      expect(keys[0]).to.have.length(32)
      for (const key of keys) expect(Buffer.from(key).equals(keys[0]!)).to.equal(true)
      expect(Buffer.from(await secret(database.db, 'a-key')).equals(keys[0]!)).to.equal(true)
    })

    it('keys of different names are different', async () => {
      const [one, other] = [await secret(database.db, 'one'), await secret(database.db, 'other')]
      expect(Buffer.from(one).equals(other)).to.equal(false)
    })
  })
}
