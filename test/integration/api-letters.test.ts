import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { CollabError } from '../../ot/errors.ts'
import type { LetterDocuments } from '../../server/doc/letters.ts'
import type { Snapshot } from '../../server/doc/types.ts'
import { type House, openHouse, type Person, person } from './api-house.ts'

/** Stands before the documents, and fails when told to. */
class Trouble implements LetterDocuments {
  inner!: LetterDocuments
  /** The op is stored, and the process dies before anybody hears of it. */
  dieAfterSubmit = false
  readonly submit: LetterDocuments['submit'] = async (key, submission) => {
    const outcome = await this.inner.submit(key, submission)
    if (!this.dieAfterSubmit) return outcome
    throw new CollabError('server/unavailable', 'The database cannot be reached at the moment.')
  }
  /** Stands in for a document that moves on between the list and the log. */
  snapshot: Snapshot | null = null
  readonly read: LetterDocuments['read'] = async (key) => this.snapshot ?? this.inner.read(key)
}

describe('letters over REST', () => {
  let house: House
  let ada: Person
  let ben: Person
  let boss: Person
  let stranger: Person
  const trouble = new Trouble()

  before(async function () {
    this.timeout(60_000)
    house = await openHouse({
      around: (documents) => {
        trouble.inner = documents
        return trouble
      },
    })
    ada = person('Ada')
    ben = person('Ben')
    boss = person('Boss', { admin: true })
    stranger = person('Eve', { firm: randomUUID(), admin: true })
  })
  after(() => house.close())
  afterEach(() => {
    trouble.dieAfterSubmit = false
    trouble.snapshot = null
  })

  function create(who: Person, title: string, id?: string) {
    return house.ask('POST', '/v1/docs', { as: who.token, body: { id, title, type: 'letter' } })
  }

  it('[D1] a letter is created at version 1, and can be read', async () => {
    const created = await create(ada, ' To the court ')
    expect(created.status).to.equal(201)
    expect(created.headers.location).to.equal(`/v1/docs/${created.body.id}`)
    expect(created.body).to.include({
      type: 'letter',
      title: 'To the court',
      version: 1,
      role: 'owner',
      createdBy: ada.id,
      updatedBy: ada.id,
    })
    const read = await house.ask('GET', `/v1/docs/${created.body.id}`, { as: ada.token })
    expect(read.status).to.equal(200)
    expect(read.body).to.deep.equal(created.body)
  })

  it('[D2] a new letter holds one empty line', async () => {
    const { body } = await create(ada, 'Empty')
    const read = await house.ask('GET', `/v1/docs/${body.id}?content=1`, { as: ada.token })
    expect(read.body).to.deep.include({ version: 1, content: { ops: [{ insert: '\n' }] } })
  })

  it('[D1] creating the same id twice is the same letter, under its first title', async () => {
    const id = randomUUID()
    const first = await create(ada, 'First', id)
    const second = await create(ada, 'Second', id)
    expect([first.status, second.status]).to.deep.equal([201, 200])
    expect(second.body).to.deep.equal(first.body)
  })

  it('[D1] creating the same id many times at once makes one letter', async () => {
    const id = randomUUID()
    const replies = await Promise.all(Array.from({ length: 8 }, () => create(ada, 'Once', id)))
    expect(replies.map((reply) => reply.status).sort()).to.deep.equal([
      200, 200, 200, 200, 200, 200, 200, 201,
    ])
    expect(new Set(replies.map((reply) => reply.text)).size).to.equal(1)
    expect(replies[0]?.body.version).to.equal(1)
  })

  it('[D1] a creation that died between the op and the row is completed by the next attempt', async () => {
    const id = randomUUID()
    trouble.dieAfterSubmit = true
    const died = await create(ada, 'Half', id)
    expect(died.status).to.equal(503)
    expect((await house.ask('GET', `/v1/docs/${id}`, { as: ada.token })).status).to.equal(404)

    trouble.dieAfterSubmit = false
    const completed = await create(ada, 'Whole', id)
    expect(completed.status).to.equal(201)
    expect(completed.body).to.include({ title: 'Whole', version: 1 })
  })

  it('[D1] what another member left half done is not completed', async () => {
    const id = randomUUID()
    trouble.dieAfterSubmit = true
    await create(ada, 'Half', id)
    trouble.dieAfterSubmit = false
    const reply = await create(ben, 'Mine now', id)
    expect(reply.status).to.equal(409)
    expect(reply.body.code).to.equal('document/id-taken')
  })

  it('an id in use by anybody else is taken, in this firm and in others', async () => {
    const { body } = await create(ada, 'Taken')
    for (const who of [ben, boss, stranger]) {
      const reply = await create(who, 'Taken too', body.id)
      expect(reply.status).to.equal(409)
      expect(reply.body.code).to.equal('document/id-taken')
    }
  })

  it('an archived letter is in no list, cannot be opened, and keeps its id', async () => {
    const { body } = await create(ada, 'Old')
    expect((await house.ask('DELETE', `/v1/docs/${body.id}`, { as: ada.token })).status).to.equal(204)
    expect((await house.ask('DELETE', `/v1/docs/${body.id}`, { as: ada.token })).status).to.equal(404)
    expect((await house.ask('GET', `/v1/docs/${body.id}`, { as: ada.token })).status).to.equal(404)
    expect(
      (await house.ask('PATCH', `/v1/docs/${body.id}`, { as: ada.token, body: { title: 'x' } })).status,
    ).to.equal(404)
    expect((await create(ada, 'New', body.id)).body.code).to.equal('document/id-taken')
    const list = await house.ask('GET', '/v1/docs?limit=100', { as: ada.token })
    expect(list.body.docs.map(({ id }) => id)).not.to.include(body.id)
  })

  it('is renamed by colleagues as well', async () => {
    const { body } = await create(ada, 'Draft')
    const renamed = await house.ask('PATCH', `/v1/docs/${body.id}`, {
      as: ben.token,
      body: { title: 'Final' },
    })
    expect(renamed.status).to.equal(200)
    expect(renamed.body).to.include({ title: 'Final', role: 'editor' })
    expect((await house.ask('GET', `/v1/docs/${body.id}`, { as: ada.token })).body.title).to.equal('Final')
  })

  it('the content comes with its own version', async () => {
    const { body } = await create(ada, 'Text')
    await trouble.inner.submit(
      { collection: 'letters', id: body.id },
      {
        change: { op: [{ insert: 'Dear Sir' }] },
        base: 1,
        source: 's',
        seq: 1,
        author: ben.id,
        origin: null,
      },
    )
    const read = await house.ask('GET', `/v1/docs/${body.id}?content=1`, { as: ada.token })
    expect(read.body).to.deep.include({
      version: 2,
      updatedBy: ben.id,
      content: { ops: [{ insert: 'Dear Sir\n' }] },
    })
  })

  it('the version is that of the content, even when an op arrives in between', async () => {
    const { body } = await create(ada, 'Text')
    trouble.snapshot = { version: 7, type: 'rich-text', data: { ops: [{ insert: 'Seven\n' }] } }
    const read = await house.ask('GET', `/v1/docs/${body.id}?content=1`, { as: ada.token })
    expect(read.body).to.deep.include({ version: 7, content: { ops: [{ insert: 'Seven\n' }] } })
  })

  describe('lists', () => {
    it('are newest first, and pages stay where they are while letters are added', async () => {
      const firm = randomUUID()
      const clerk = person('Clerk', { firm })
      const titles = Array.from({ length: 7 }, (_, index) => `Letter ${index}`)
      for (const title of titles) await create(clerk, title)

      const seen: string[] = []
      let cursor: string | null = ''
      while (cursor !== null) {
        const path: string = `/v1/docs?limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`
        const { body, status } = await house.ask('GET', path, { as: clerk.token })
        expect(status).to.equal(200)
        seen.push(...body.docs.map(({ title }) => title))
        cursor = body.next
        await create(clerk, 'Meanwhile')
      }
      expect(seen).to.deep.equal(titles.toReversed())
    })

    it('go through letters created at the same moment one by one', async () => {
      const firm = randomUUID()
      const clerk = person('Clerk', { firm })
      const ids: string[] = []
      for (const title of 'abcde') ids.push((await create(clerk, title)).body.id)
      await house.db.query('update letters set created_at = $2::timestamptz where firm = $1::uuid', [
        firm,
        '2026-01-02 03:04:05.123456+00',
      ])
      const seen: string[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const path: string = `/v1/docs?limit=1${cursor === '' ? '' : `&cursor=${cursor}`}`
        const { body } = await house.ask('GET', path, { as: clerk.token })
        seen.push(...body.docs.map(({ id }) => id))
        cursor = body.next
      }
      expect(seen).to.deep.equal(ids.sort().reverse())
    })

    it('of an empty firm are empty', async () => {
      const clerk = person('Clerk', { firm: randomUUID() })
      const { body } = await house.ask('GET', '/v1/docs', { as: clerk.token })
      expect(body).to.deep.equal({ docs: [], next: null })
    })

    it('[A1] hold the letters of the own firm only', async () => {
      const { body } = await create(ada, 'Secret')
      const { body: theirs } = await house.ask('GET', '/v1/docs?limit=100', { as: stranger.token })
      expect(theirs.docs.map(({ id }) => id)).not.to.include(body.id)
    })
  })

  it('[A1] the members of the own firm have names, those of others do not exist', async () => {
    for (const who of [ben, ada, stranger]) await house.ask('GET', '/v1/members', { as: who.token })
    const { body } = await house.ask('GET', '/v1/members', { as: ada.token })
    const names = body.members.map(({ name }) => name)
    expect(names).to.include.members(['Ada', 'Ben']).and.not.include('Eve')
    expect(body.members[0]).to.have.keys('id', 'name')
  })
})
