import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import type { LetterDocuments } from '../../server/doc/letters.ts'
import { until } from '../harness/deadline.ts'
import { type House, openHouse, type Person, person, type Reply } from './api-house.ts'

/** See server/api/progress-lines.ts. */
const PATIENCE_WITHOUT_PROGRESS_MS = 200

describe('the past of a letter over REST', () => {
  let house: House
  let documents: LetterDocuments
  const ada = person('Ada')
  const ben = person('Ben')

  before(async function () {
    this.timeout(60_000)
    house = await openHouse({
      around: (inner) => {
        documents = inner
        return inner
      },
    })
  })
  after(() => house.close())

  /** A letter of Ada's, and what is done to it from version 1 on, one op after the other. */
  async function letterOf(...edits: readonly (readonly [Person, readonly object[]])[]): Promise<string> {
    const { body } = await house.ask('POST', '/v1/docs', {
      as: ada.token,
      body: { title: 'A letter', type: 'letter' },
    })
    for (const [who, op] of edits) await edit(body.id, who, op)
    return body.id
  }

  async function edit(id: string, { id: author }: Person, op: readonly object[]): Promise<void> {
    const submission = { change: { op }, base: null, source: randomUUID(), seq: 1, author, origin: null }
    await documents.submit({ collection: 'letters', id }, submission)
  }

  /** What was answered, in the shape the caller knows it to have. */
  async function get<T>(path: string, as = ada): Promise<T> {
    const reply = await house.ask('GET', `/v1/docs/${path}`, { as: as.token })
    expect(reply.status, reply.text).to.equal(200)
    return reply.body as T
  }

  function rollBack(id: string, body: object, as = ada): Promise<Reply> {
    return house.ask('POST', `/v1/docs/${id}/rollback`, { as: as.token, body: { reason: 'A test', ...body } })
  }

  async function textOf(id: string, query = '?content=1'): Promise<string> {
    const { content } = await get<{ content: { ops: { insert: string }[] } }>(`${id}${query}`)
    return content.ops.map(({ insert }) => insert).join('')
  }

  /** What is answered when the snapshots cannot be looked at for longer than anybody waits without asking how far it is. */
  function held(work: () => Promise<Reply>): Promise<Reply> {
    let reply: Promise<Reply> | undefined
    return house.db
      .transaction(async (tx) => {
        await tx.query('lock table sealed_snapshots')
        reply = work()
        await until('somebody to wait for the snapshots', async () => {
          const [row] = await house.db.query<{ waiting: number }>(
            "select count(*) as waiting from pg_locks where not granted and relation = 'sealed_snapshots'::regclass",
          )
          return Number(row?.waiting) > 0
        })
        await pause(PATIENCE_WITHOUT_PROGRESS_MS)
      })
      .then(() => reply!)
  }

  const lastLine = ({ text }: Reply) => JSON.parse(text.trimEnd().split('\n').at(-1)!)
  const progressIn = ({ text }: Reply): number[] =>
    text
      .trimEnd()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line).progress)

  const insert = (text: string, at = 0) =>
    at === 0 ? [{ insert: text }] : [{ retain: at }, { insert: text }]

  describe('shows', () => {
    it('[T2] the letter at any version, and at any moment', async () => {
      const id = await letterOf([ada, insert('one ')], [ben, insert('two ')])
      expect(await textOf(id, '?version=2')).to.equal('one \n')
      expect(await textOf(id, '?version=1')).to.equal('\n')
      await house.db.query(`update ops set time = version * 1000
                             where document = (select number from documents where id = '${id}')`)
      for (const [at, text] of [
        [1_000, '\n'],
        [1_999, '\n'],
        [2_000, 'one \n'],
        [9_000, 'two one \n'],
      ] as const) {
        expect(await textOf(id, `?at=${new Date(at).toISOString()}`), `at ${at}`).to.equal(text)
      }
      for (const query of ['?version=4', `?at=${new Date(999).toISOString()}`]) {
        const reply = await house.ask('GET', `/v1/docs/${id}${query}`, { as: ada.token })
        expect(reply.body, query).to.include({ status: 404, code: 'document/no-version' })
      }
    })

    it('who sat at it when, newest first, in pages, with the names of versions', async () => {
      const id = await letterOf([ada, insert('one ')], [ada, insert('two ')], [ben, [{ delete: 4 }]])
      await edit(id, ben, [{ retain: 3, attributes: { bold: true } }])
      const named = await house.ask('POST', `/v1/docs/${id}/snapshots`, {
        as: ada.token,
        body: { name: 'As sent', version: 3 },
      })
      expect(named.body).to.include({ version: 3, name: 'As sent', author: ada.id })
      expect(await get(`${id}/snapshots`)).to.deep.equal({ names: [named.body] })

      type History = { head: number; next: string | null; sessions: Record<string, unknown>[] }
      const first = await get<History>(`${id}/history?limit=1`)
      expect(first).to.include({ head: 5 })
      expect(first.sessions).to.have.length(1)
      expect(first.sessions[0]).to.deep.include({
        ...{ from: 4, to: 5, author: ben.id, origin: null, names: [] },
        ...{ added: 0, deleted: 4, formatted: 3 },
      })
      const second = await get<History>(`${id}/history?limit=1&cursor=${first.next}`)
      expect(second.next).to.equal(null)
      expect(second.sessions[0]).to.deep.include({ from: 1, to: 3, author: ada.id, added: 9, deleted: 0 })
      expect(second.sessions[0]?.names).to.deep.equal([named.body])
    })

    it('[H10] what became of it between two versions, and who did it', async () => {
      const id = await letterOf([ada, insert('one ')], [ben, [{ delete: 3 }, { insert: 'two' }]])
      const { passages } = await get<{ passages: unknown[] }>(`${id}/compare?from=2&to=3`)
      expect(passages).to.deep.equal([
        { insert: 'one', change: 'deleted', author: ben.id },
        { insert: 'two', change: 'added', author: ben.id },
        { insert: ' \n', change: 'none', author: null },
      ])
      expect((await get<{ passages: unknown[] }>(`${id}/compare?from=0&to=1`)).passages).to.deep.equal([
        { insert: '\n', change: 'added', author: ada.id },
      ])
    })

    it('[T3] who wrote what', async () => {
      const id = await letterOf([ada, insert('one')], [ben, insert('two', 1)])
      expect(await get(`${id}/blame`)).to.deep.equal({
        version: 3,
        stretches: [
          { length: 1, author: ada.id, version: 2 },
          { length: 3, author: ben.id, version: 3 },
          { length: 2, author: ada.id, version: 2 },
          { length: 1, author: ada.id, version: 1 },
        ],
      })
      expect(await get(`${id}/blame?version=1`)).to.deep.equal({
        version: 1,
        stretches: [{ length: 1, author: ada.id, version: 1 }],
      })
    })

    it('how much was changed when', async () => {
      const id = await letterOf([ada, insert('one ')], [ben, insert('a longer sentence ')])
      const { head, parts } = await get<{ head: number; parts: number[] }>(`${id}/activity?parts=3`)
      expect(head).to.equal(3)
      expect(parts).to.have.length(3)
      expect(parts[2]).to.be.above(parts[1]!)
    })

    it('[T4] why it was rolled back, and who wrote what came back', async () => {
      const id = await letterOf([ada, insert('one')], [ben, [{ delete: 3 }]])
      const { body } = await rollBack(id, { toVersion: 2, reason: 'Wrong template' })
      type History = { sessions: { reason: string | null; origin: string | null }[] }
      const { sessions } = await get<History>(`${id}/history`)
      expect(sessions.map(({ origin, reason }) => [origin, reason])).to.deep.equal([
        ['rollback', 'Wrong template'],
        [null, null],
        [null, null],
      ])
      const { ops } = await get<{ ops: { restored: unknown }[] }>(`${id}/ops?from=2&to=${body.version}`)
      expect(ops.map(({ restored }) => restored)).to.deep.equal([
        null,
        [{ length: 3, author: ada.id, version: 2 }],
      ])
    })

    it('its ops, in pieces that lead from one to the next', async () => {
      const id = await letterOf(...Array.from({ length: 700 }, () => [ada, insert('x')] as const))
      type Ops = { ops: { version: number; author: string; op?: unknown }[]; next: number | null }
      const versions: number[] = []
      for (let from: number | null = 0; from !== null; ) {
        const piece: Ops = await get<Ops>(`${id}/ops?from=${from}&to=701`)
        expect(piece.ops.length).to.be.within(1, 500)
        versions.push(...piece.ops.map(({ version }) => version))
        from = piece.next
      }
      expect(versions).to.deep.equal(Array.from({ length: 701 }, (_, n) => n + 1))
      const { ops } = await get<Ops>(`${id}/ops?from=1&to=2`)
      expect(ops[0]).to.deep.include({
        version: 2,
        author: ada.id,
        origin: null,
        op: { ops: [{ insert: 'x' }] },
      })
    })

    it('how far it is, to whoever asks for that and has to wait: line by line, the answer as the last one', async () => {
      const id = await letterOf()
      const source = randomUUID()
      // More than stays in memory.
      const submissions = Array.from({ length: 2_100 }, (_, n) => ({
        ...{ change: { op: insert('x') }, base: null, source, seq: n + 1, author: ada.id, origin: null },
      }))
      const key = { collection: 'letters', id }
      await Promise.all(submissions.map((submission) => documents.submit(key, submission)))
      // Then nobody but who asks looks at snapshots.
      await until('the last snapshot of the letter', async () => {
        const query = 'select from sealed_snapshots where letter = $1::uuid and version > $2'
        return (await house.db.query(query, [id, 2_101 - 200])).length > 0
      })

      const path = `/v1/docs/${id}/compare?from=1&to=1500`
      const asked = (headers: Record<string, string>) =>
        held(() => house.ask('GET', path, { as: ada.token, headers }))
      const plain = await asked({})
      expect(plain.headers['content-type']).to.match(/^application\/json/)
      const wanted = { accept: 'application/x-ndjson' }
      const slow = await asked(wanted)
      expect(slow.headers['content-type']).to.match(/^application\/x-ndjson/)
      const parts = progressIn(slow)
      expect(parts.length).to.be.greaterThan(0)
      expect(parts).to.deep.equal(parts.toSorted((a, b) => a - b))
      for (const part of parts) expect(part).to.be.greaterThan(0).and.lessThan(1)
      expect(lastLine(slow)).to.deep.equal({ status: 200, body: plain.body })

      await house.db.query(
        'delete from ops where document = (select number from documents where id = $1) and version = 900',
        [id],
      )
      const broken = await asked(wanted)
      expect(broken.status).to.equal(200)
      expect(progressIn(broken).length).to.be.greaterThan(0)
      const { status, body } = lastLine(broken)
      expect(status).to.equal(500)
      expect(body).to.include({ status: 500, code: 'document/log-broken' })
    })

    it('nothing to whom it does not make sense', async () => {
      const id = await letterOf()
      for (const path of [
        'compare?from=2&to=1',
        'compare?from=0',
        'ops?to=1',
        'history?limit=0',
        'blame?version=0',
      ]) {
        const reply = await house.ask('GET', `/v1/docs/${id}/${path}`, { as: ada.token })
        expect(reply.body, path).to.include({ status: 400, code: 'request/malformed' })
      }
      const both = `?version=1&at=${new Date().toISOString()}`
      expect((await house.ask('GET', `/v1/docs/${id}${both}`, { as: ada.token })).status).to.equal(400)
    })
  })

  describe('[T4] goes back', () => {
    it('to a version, by one op, and forward again', async () => {
      const id = await letterOf([ada, insert('one ')], [ben, [{ delete: 4 }]], [ben, insert('spoilt')])
      const done = await rollBack(id, { toVersion: 2 })
      expect(done.body).to.deep.equal({ version: 5, changed: true, undone: 2 })
      expect(await textOf(id)).to.equal('one \n')
      const { ops } = await get<{ ops: unknown[] }>(`${id}/ops?from=4&to=5`)
      expect(ops[0]).to.deep.include({ author: ada.id, origin: 'rollback' })

      expect((await rollBack(id, { undo: 5 })).body).to.deep.include({ version: 6, changed: true })
      expect(await textOf(id)).to.equal('spoilt\n')
    })

    it('without one member’s edits, which leaves everybody else’s, and blames the first author', async () => {
      const id = await letterOf(
        ...([
          [ada, insert('Dear Sir')],
          [ben, [{ retain: 5 }, { delete: 3 }, { insert: 'Madam' }]],
          [ada, insert(', hello', 10)],
        ] as const),
      )
      expect((await rollBack(id, { author: ben.id })).body).to.include({ version: 5, undone: 1 })
      expect(await textOf(id)).to.equal('Dear Sir, hello\n')
      const { stretches } = await get<{ stretches: unknown[] }>(`${id}/blame`)
      expect(stretches).to.deep.equal([
        { length: 8, author: ada.id, version: 2 },
        { length: 7, author: ada.id, version: 4 },
        { length: 1, author: ada.id, version: 1 },
      ])
    })

    it('a second time without doing it twice, and after it was undone', async () => {
      const id = await letterOf([ada, insert('Dear Sir')], [ben, [{ delete: 4 }, { insert: 'Hi' }]])
      await rollBack(id, { author: ben.id })
      expect((await rollBack(id, { author: ben.id })).body).to.deep.equal({
        version: 4,
        changed: false,
        undone: 0,
      })
      expect(await textOf(id)).to.equal('Dear Sir\n')
      await rollBack(id, { undo: 4 })
      expect(await textOf(id)).to.equal('Hi Sir\n')
      await rollBack(id, { author: ben.id })
      expect(await textOf(id)).to.equal('Dear Sir\n')
      await rollBack(id, { undo: 6 })
      expect(await textOf(id)).to.equal('Hi Sir\n')
    })

    it('a session, and a stretch of time', async () => {
      const id = await letterOf([ada, insert('one ')], [ben, insert('two ')], [ada, insert('three ')])
      await rollBack(id, { session: { from: 3, to: 3 } })
      expect(await textOf(id)).to.equal('three one \n')
      await rollBack(id, { undo: 5 })
      await house.db.query(`update ops set time = version * 1000
                             where document = (select number from documents where id = '${id}')`)
      const at = (version: number) => new Date(version * 1_000).toISOString()
      await rollBack(id, { from: at(2), to: at(3) })
      expect(await textOf(id)).to.equal('three \n')
      await rollBack(id, { undo: 7 })
      await rollBack(id, { author: ada.id, since: at(3) })
      expect(await textOf(id)).to.equal('two one \n')
    })

    it('within a selection only, which is followed to the head', async () => {
      const id = await letterOf([ada, insert('one two')], [ben, [{ retain: 7, attributes: { bold: true } }]])
      await edit(id, ben, [{ retain: 3 }, { insert: '!', attributes: { bold: true } }])
      await edit(id, ada, insert('So: '))
      const selection = { start: 4, end: 8, version: 4 }
      await rollBack(id, { author: ben.id, selection })
      const { content } = await get<{ content: unknown }>(`${id}?content=1`)
      expect(content).to.deep.equal({
        ops: [{ insert: 'So: ' }, { insert: 'one!', attributes: { bold: true } }, { insert: ' two\n' }],
      })
    })

    it('not yet when it is a preview, which shows what would become of the letter', async () => {
      const id = await letterOf([ada, insert('one ')], [ben, insert('two ')])
      const { body, status } = await house.ask('POST', `/v1/docs/${id}/rollback`, {
        as: ada.token,
        body: { author: ben.id, preview: true },
      })
      expect(status).to.equal(200)
      expect(body).to.deep.equal({
        ...{ preview: true, version: 3, undone: 1, op: { ops: [{ delete: 4 }] } },
        passages: [
          { insert: 'two ', change: 'deleted', author: ada.id },
          { insert: 'one \n', change: 'none', author: null },
        ],
      })
      expect(await textOf(id)).to.equal('two one \n')
      expect(await auditOf(id)).to.deep.equal([])
    })

    it('for a reason, which is in the book with what came of it', async () => {
      const id = await letterOf([ada, insert('one ')])
      const silent = await house.ask('POST', `/v1/docs/${id}/rollback`, {
        as: ada.token,
        body: { toVersion: 1 },
      })
      expect(silent.body).to.include({ status: 400, code: 'request/malformed' })
      await rollBack(id, { toVersion: 1, reason: 'She asked for it' })
      await rollBack(id, { toVersion: 1 })
      await rollBack(id, { undo: 1 })
      const rows = await auditOf(id)
      expect(rows.map(({ outcome }) => outcome)).to.deep.equal([
        ...['begun', 'done 3', 'begun', 'unchanged', 'begun', 'failed rollback/not-possible'],
      ])
      expect(rows[1]).to.include({
        ...{ firm: ada.firm, member: ada.id, action: 'rollback', reason: 'She asked for it' },
        ...{ what: '{"toVersion":1}', request: rows[0]?.request },
      })
    })

    it('and the book takes nothing back', async () => {
      await rollBack(await letterOf([ada, insert('x')]), { toVersion: 1 })
      for (const statement of ["update audit set reason = 'x'", 'delete from audit', 'truncate audit']) {
        const refused = await house.db.query(statement).catch((error: Error) => error.message)
        expect(refused, statement).to.equal('rows of audit are never changed')
      }
    })

    it('only to where the letter was, and only by what was a rollback', async () => {
      const id = await letterOf([ada, insert('one ')])
      for (const [body, code] of [
        [{ toVersion: 3 }, 'document/no-version'],
        [{ session: { from: 1, to: 9 } }, 'document/no-version'],
        [{ undo: 2 }, 'rollback/not-possible'],
        [{ toVersion: 1, undo: 2 }, 'request/malformed'],
        [{ author: 'Ben' }, 'request/malformed'],
        [{}, 'request/malformed'],
        [{ toVersion: 1, selection: { start: 2, end: 1, version: 1 } }, 'request/malformed'],
      ] as const) {
        expect((await rollBack(id, body)).body.code, JSON.stringify(body)).to.equal(code)
      }
      expect(await textOf(id)).to.equal('one \n')
    })

    it('[A2] by its owner and the firm’s admins only', async () => {
      const id = await letterOf([ada, insert('one ')])
      expect((await rollBack(id, { toVersion: 1 }, ben)).body).to.include({ status: 403, action: 'rollback' })
      const boss = person('Boss', { admin: true })
      expect((await rollBack(id, { toVersion: 1 }, boss)).body).to.include({ version: 3 })
    })
  })

  function auditOf(letter: string) {
    return house.db.query<Record<string, string>>(
      'select * from audit where letter = $1::uuid order by number',
      [letter],
    )
  }
})
