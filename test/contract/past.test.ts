import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { sqlAudit } from '../../server/store/audit.ts'
import { sqlLetters } from '../../server/store/letters.ts'
import { sqlMembers } from '../../server/store/members.ts'
import { OpLog } from '../../server/store/op-log.ts'
import { sqlOpTimes } from '../../server/store/op-times.ts'
import { sqlVersionNames } from '../../server/store/version-names.ts'
import { DATABASES, type OpenDatabase } from './letters-databases.ts'

for (const [engine, open] of Object.entries(DATABASES)) {
  describe(`what is kept of the past on ${engine}`, function () {
    this.timeout(60_000)
    let opened: OpenDatabase
    const member = randomUUID()
    const firm = randomUUID()
    const letter = randomUUID()

    before(async () => {
      opened = await open()
      await sqlMembers(opened.db).put({ id: member, firm, name: 'Ada', admin: false })
      await sqlLetters(opened.db).insert({ id: letter, firm, title: 'A letter', createdBy: member })
    })
    after(() => opened.close())

    it('[T2] which version there was at a moment', async () => {
      const log = new OpLog(opened.db)
      const document = await log.name('letters', letter)
      const times = [10, 20, 20, 20, 50, 60, 70]
      const ops = times.map((time, n) => ({
        ...{ version: n + 1, time, body: '{}', source: null, seq: null },
        ...{ author: null, origin: null, meta: null },
      }))
      await log.append([{ document, expected: 0, ops, meta: null }])
      const at = sqlOpTimes(opened.db)
      for (const time of [0, 9, 10, 19, 20, 21, 49, 50, 69, 70, 1e15]) {
        const expected = times.filter((made) => made <= time).length
        expect(await at.versionAt('letters', letter, time), `${time}`).to.equal(expected)
      }
      expect(await at.versionAt('letters', randomUUID(), 100)).to.equal(0)
      expect(await sqlOpTimes(opened.db, 'another epoch').versionAt('letters', letter, 100)).to.equal(0)
    })

    it('how large the ops are, in equal parts of the log', async () => {
      const log = new OpLog(opened.db)
      const id = randomUUID()
      const document = await log.name('letters', id)
      const ops = [1, 2, 3, 4, 5].map((version) => ({
        ...{ version, time: version, body: 'x'.repeat(version), source: null, seq: null },
        ...{ author: null, origin: null, meta: null },
      }))
      await log.append([{ document, expected: 0, ops, meta: null }])
      const sizes = (head: number, parts: number) => sqlOpTimes(opened.db).sizes('letters', id, head, parts)
      expect(await sizes(5, 5)).to.deep.equal([1, 2, 3, 4, 5])
      expect(await sizes(4, 2)).to.deep.equal([3, 7])
      expect((await sizes(5, 20)).reduce((sum, size) => sum + size)).to.equal(15)
      expect(await sqlOpTimes(opened.db, 'another epoch').sizes('letters', id, 5, 1)).to.deep.equal([0])
    })

    it('[T1] the names of versions, the newest of each', async () => {
      const names = sqlVersionNames(opened.db)
      for (const [version, name] of [
        [3, 'Draft'],
        [1, 'Empty'],
        [3, 'As sent'],
      ] as const) {
        expect(await names.put(letter, { version, name, author: member })).to.include({ version, name })
      }
      const found = await names.list(letter, 1, 3)
      expect(found.map(({ version, name, author }) => [version, name, author])).to.deep.equal([
        [1, 'Empty', member],
        [3, 'As sent', member],
      ])
      expect(Math.abs(found[1]!.time - Date.now())).to.be.below(60_000)
      expect(await names.list(letter, 2, 2)).to.deep.equal([])
    })

    it('[T4] the book of who did what, which takes nothing back', async () => {
      const request = randomUUID()
      const what = { toVersion: 1 }
      await sqlAudit(opened.db).write({
        ...{ request, firm, member, letter, what, action: 'rollback', reason: 'Why not', outcome: 'begun' },
      })
      for (const statement of ["update audit set reason = 'x'", 'delete from audit', 'truncate audit']) {
        const refused = await opened.db.query(statement).catch((error: Error) => error.message)
        expect(refused, statement).to.equal('rows of audit are never changed')
      }
      const rows = await opened.db.query('select what, reason, outcome from audit where request = $1', [
        request,
      ])
      expect(rows).to.deep.equal([{ what: '{"toVersion":1}', reason: 'Why not', outcome: 'begun' }])
    })

    it('[T4] why a version came about, once it has', async () => {
      const entry = { request: randomUUID(), firm, member, letter, what: {}, action: 'rollback' as const }
      const audit = sqlAudit(opened.db)
      for (const outcome of ['begun', 'done 7', 'unchanged', 'failed server/fault', 'done 9']) {
        await audit.write({ ...entry, reason: `Reason of ${outcome}`, outcome })
      }
      expect([...(await audit.reasons(letter, 1, 8))]).to.deep.equal([[7, 'Reason of done 7']])
      expect([...(await audit.reasons(letter, 8, 9))]).to.deep.equal([[9, 'Reason of done 9']])
      expect((await audit.reasons(randomUUID(), 1, 9)).size).to.equal(0)
    })
  })
}
