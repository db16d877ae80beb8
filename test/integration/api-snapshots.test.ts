import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { LetterDocuments } from '../../server/doc/letters.ts'
import { until } from '../harness/deadline.ts'
import { type House, openHouse, person } from './api-house.ts'

describe('[T1] snapshots of letters', function () {
  this.timeout(60_000)
  let house: House
  let documents: LetterDocuments
  const ada = person('Ada')

  before(async () => {
    house = await openHouse({
      around: (inner) => {
        documents = inner
        return inner
      },
    })
  })
  after(() => house.close())

  /** A letter that says how many ops made it. */
  async function letterOf(count: number): Promise<string> {
    const { body } = await house.ask('POST', '/v1/docs', {
      as: ada.token,
      body: { title: 'Long', type: 'letter' },
    })
    await write(body.id, count)
    return body.id
  }

  async function write(id: string, count: number): Promise<void> {
    const source = randomUUID()
    const submissions = Array.from({ length: count }, (_, n) => ({
      ...{ change: { op: [{ insert: 'x' }] }, base: null, source, seq: n + 1, author: ada.id, origin: null },
    }))
    await Promise.all(
      submissions.map((submission) => documents.submit({ collection: 'letters', id }, submission)),
    )
  }

  async function name(id: string, version: number): Promise<void> {
    const body = { name: 'Kept', version }
    await house.ask('POST', `/v1/docs/${id}/snapshots`, { as: ada.token, body })
    await snapshotOf(id, version)
  }

  const snapshotsOf = (id: string) =>
    house.db.query<{ version: number; object: string }>(
      'select version, object from sealed_snapshots where letter = $1::uuid order by version',
      [id],
    )
  const snapshotOf = (id: string, version: number) =>
    until(`a snapshot of version ${version}`, async () =>
      (await snapshotsOf(id)).find((snapshot) => snapshot.version === version),
    )

  async function lengthAt(id: string, version: number): Promise<number> {
    const { body } = await house.ask('GET', `/v1/docs/${id}?version=${version}`, { as: ada.token })
    const { content } = body as unknown as { content: { ops: { insert: string }[] } }
    return content.ops.reduce((sum, { insert }) => sum + insert.length, 0)
  }

  async function blameAt(id: string, version: number): Promise<string> {
    return (await house.ask('GET', `/v1/docs/${id}/blame?version=${version}`, { as: ada.token })).text
  }

  it('are made every 200 ops, of a version that gets a name, and around a rollback', async () => {
    const id = await letterOf(10)
    await name(id, 7)
    await write(id, 250)
    await until('a snapshot of 200 ops', async () =>
      (await snapshotsOf(id)).find(({ version }) => version >= 201),
    )
    const head = 261
    const { body } = await house.ask('POST', `/v1/docs/${id}/rollback`, {
      as: ada.token,
      body: { toVersion: 5, reason: 'A test' },
    })
    expect(body.version).to.equal(head + 1)
    await snapshotOf(id, head)
    await snapshotOf(id, head + 1)
  })

  it('are made of a letter that was long already when this node first looked at it', async () => {
    const id = await letterOf(250)
    await until('a snapshot', async () => (await snapshotsOf(id)).find(({ version }) => version >= 200))
  })

  it('answer what a replay answers, also from in between', async () => {
    const id = await letterOf(60)
    const [before, blame] = [await lengthAt(id, 50), await blameAt(id, 50)]
    await name(id, 40)
    expect(await lengthAt(id, 50)).to.equal(before)
    expect(await blameAt(id, 50)).to.equal(blame)
    // From the snapshot it is: the ops before it are not asked for.
    await house.db.query(
      'delete from ops where document = (select number from documents where id = $1) and version < 40',
      [id],
    )
    expect(await lengthAt(id, 50)).to.equal(before)
    expect(await blameAt(id, 50)).to.equal(blame)
  })

  for (const [what, spoil] of [
    [
      'was changed',
      'update objects set bytes = set_byte(bytes, 30, get_byte(bytes, 30) # 1) where name = $1',
    ],
    [
      'was cut off',
      'update objects set bytes = substring(bytes from 1 for length(bytes) - 1) where name = $1',
    ],
    ['is gone', 'delete from objects where name = $1'],
    [
      'is another’s',
      "update objects set bytes = (select bytes from objects where name not like split_part($1, '/', 1) || '%' limit 1) where name = $1",
    ],
  ] as const) {
    it(`that ${what} is an alarm and a longer replay, and never a wrong letter`, async () => {
      const id = await letterOf(60)
      await name(id, 20)
      await name(id, 40)
      const { object } = await snapshotOf(id, 40)
      await house.db.query(spoil, [object])
      const alarms = () =>
        house.log.filter((line) => line.includes('a snapshot is not there') && line.includes(id))
      expect(alarms()).to.have.length(0)
      expect(await lengthAt(id, 50)).to.equal(50)
      expect(alarms()).to.have.length(1)
      expect(alarms()[0]).to.include('"version":40').and.include('"level":50')
    })
  }
})
