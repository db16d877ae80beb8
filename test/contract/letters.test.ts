import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { type LetterStore, type Position, sqlLetters } from '../../server/store/letters.ts'
import { sqlMembers } from '../../server/store/members.ts'
import { DATABASES, type OpenDatabase } from './letters-databases.ts'

for (const [engine, open] of Object.entries(DATABASES)) {
  describe(`letters on ${engine}`, () => {
    let database: OpenDatabase
    let letters: LetterStore
    let firm: string
    let ada: string

    before(async function () {
      this.timeout(60_000)
      database = await open()
      letters = sqlLetters(database.db)
    })
    after(() => database.close())
    beforeEach(async () => {
      ;[firm, ada] = [randomUUID(), randomUUID()]
      await sqlMembers(database.db).put({ id: ada, firm, name: 'Ada', admin: false })
    })

    async function add(title = 'Letter'): Promise<string> {
      const id = randomUUID()
      expect(await letters.insert({ id, firm, title, createdBy: ada })).to.equal(true)
      return id
    }

    /** Puts a head into the log, as the newest op would. */
    async function writeHead(id: string, version: number, time: number, author: string | null) {
      await database.db.query(
        `with named as (
           insert into documents (collection, id) values ('letters', $1) returning number
         )
         insert into heads (document, version, time, author)
         select number, $2::bigint, $3::bigint, $4::uuid from named`,
        [id, version, time, author],
      )
    }

    async function setCreatedAt(id: string, time: string) {
      await database.db.query('update letters set created_at = $2::timestamptz where id = $1::uuid', [
        id,
        time,
      ])
    }

    async function idsOf(after: Position | null, limit: number): Promise<string[]> {
      return (await letters.list(firm, after, limit)).map(({ id }) => id)
    }

    it('a letter whose log is empty is at version 0, made by its creator', async () => {
      const letter = await letters.find(await add('To the court'))
      expect(letter).to.include({ firm, title: 'To the court', createdBy: ada, archived: false, version: 0 })
      expect(letter).to.include({ updatedBy: ada, updatedAt: Math.floor(letter!.createdUs / 1000) })
      expect(Math.abs(letter!.updatedAt - Date.now())).to.be.below(60_000)
    })

    it('version, time and author are those of the head of the log', async () => {
      const [id, ben] = [await add(), randomUUID()]
      await writeHead(id, 42, 4_000_000_000_123, ben)
      expect(await letters.find(id)).to.include({ version: 42, updatedAt: 4_000_000_000_123, updatedBy: ben })
      expect((await letters.list(firm, null, 10))[0]).to.deep.equal(await letters.find(id))
    })

    it('a letter is never older than itself: its first op came before its row', async () => {
      const id = await add()
      await writeHead(id, 1, 1, ada)
      const letter = await letters.find(id)
      expect(letter?.updatedAt).to.equal(Math.floor(letter!.createdUs / 1000))
    })

    it('[D6] what a machine wrote last was written by nobody', async () => {
      const id = await add()
      await writeHead(id, 2, 1_800_000_000_000, null)
      expect(await letters.find(id)).to.include({ version: 2, updatedBy: null })
    })

    it('[D1] an id is used once', async () => {
      const id = await add('First')
      expect(await letters.insert({ id, firm, title: 'Second', createdBy: ada })).to.equal(false)
      expect((await letters.find(id))?.title).to.equal('First')
      expect(await letters.find(randomUUID())).to.equal(null)
    })

    it('[D1] of many who bring the same id at once, one gets it', async () => {
      const id = randomUUID()
      const inserted = await Promise.all(
        Array.from({ length: 8 }, () => letters.insert({ id, firm, title: 'x', createdBy: ada })),
      )
      expect(inserted.filter(Boolean)).to.have.length(1)
    })

    it('[A1] only the own firm renames and archives a letter', async () => {
      const id = await add('Mine')
      expect(await letters.rename(randomUUID(), id, 'Theirs')).to.equal(false)
      expect(await letters.archive(randomUUID(), id)).to.equal(false)
      expect(await letters.find(id)).to.include({ title: 'Mine', archived: false })
      expect(await letters.rename(firm, id, 'Still mine')).to.equal(true)
      expect(await letters.find(id)).to.include({ title: 'Still mine' })
    })

    it('an archived letter is archived once, cannot be renamed, and is in no list', async () => {
      const [kept, id] = [await add(), await add('Old')]
      expect(await letters.archive(firm, id)).to.equal(true)
      expect(await letters.archive(firm, id)).to.equal(false)
      expect(await letters.rename(firm, id, 'New')).to.equal(false)
      expect(await letters.find(id)).to.include({ title: 'Old', archived: true })
      expect(await idsOf(null, 10)).to.deep.equal([kept])
    })

    it('a list is newest first, and continues to the microsecond where a page ended', async () => {
      const ids: string[] = []
      for (let us = 0; us < 5; us++) {
        const id = await add()
        // Nearer to each other than a millisecond, and at a time a float with 53 bits just holds.
        await setCreatedAt(id, `2038-01-19 03:14:07.99999${us}+00`)
        ids.unshift(id)
      }
      expect(await idsOf(null, 10)).to.deep.equal(ids)
      const all = await letters.list(firm, null, 10)
      for (const [index, letter] of all.entries()) {
        expect(await idsOf(letter, 10)).to.deep.equal(ids.slice(index + 1))
      }
      expect(await idsOf(null, 2)).to.deep.equal(ids.slice(0, 2))
    })

    it('a page goes on behind a letter that was archived meanwhile, and leaves out others that were', async () => {
      const ids = [await add(), await add(), await add()]
      for (const [index, id] of ids.entries()) await setCreatedAt(id, `2026-01-02 03:04:0${9 - index}+00`)
      const [first] = await letters.list(firm, null, 1)
      await letters.archive(firm, first!.id)
      expect(await idsOf(first!, 10)).to.deep.equal(ids.slice(1))
      await letters.archive(firm, ids[1]!)
      expect(await idsOf(first!, 10)).to.deep.equal(ids.slice(2))
    })

    it('a long list is read from an index, a page at a time', async () => {
      await database.db.query(
        `insert into letters (id, firm, title, created_by, created_at)
         select gen_random_uuid(), $1::uuid, 'Letter ' || n, $2::uuid, now() - n * interval '1 minute'
         from generate_series(1, 20000) n`,
        [firm, ada],
      )
      await database.db.script('analyze letters')
      const [tenth] = (await letters.list(firm, null, 10)).slice(-1)
      const plan = await database.db.query<{ 'QUERY PLAN': string }>(
        `explain
         select id
         from letters
         where firm = $1::uuid
           and archived_at is null
           and (created_at, id) < ('epoch'::timestamptz + $2::float8 * interval '1 microsecond', $3::uuid)
         order by created_at desc, id desc
         limit 10`,
        [firm, tenth!.createdUs, tenth!.id],
      )
      const text = plan.map((row) => row['QUERY PLAN']).join('\n')
      expect(text).to.match(/Index (Only )?Scan using letters_firm[\s\S]*Index Cond: .*ROW\(created_at, id\)/)
    })
  })
}
