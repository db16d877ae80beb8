import { expect } from 'chai'
import { openPostgres } from '../../server/store/postgres.ts'
import { until } from '../harness/deadline.ts'
import { letterText } from '../harness/letters.ts'
import { OwnClient } from '../harness/own-client.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import type { StockClient } from '../harness/stock-client.ts'
import { type Node, startNode } from '../integration/delivery-node.ts'
import { type } from '../integration/delivery-ops.ts'
import { ADA, type Person, person } from '../integration/delivery-people.ts'

/** Typists of each kind, half of them on each node. */
const EACH = 5
/** Edits the people without a network make. */
const OFFLINE_EDITS = 20
/** From the first ideograph to the last syllable of Hangul, 41,892 in all: each is typed once, however fast the machine. */
const FIRST_CHARACTER = 0x3400
const LAST_CHARACTER = 0xd7a3

interface Typist {
  readonly who: Person
  readonly text: () => string
  /** Puts a character in and waits until it is saved. */
  readonly type: (character: string) => Promise<unknown>
  readonly saved: () => Promise<unknown>
}

describe('[T4] rolling back under fire', function () {
  this.timeout(120_000)
  let database: TestDatabase
  let nodes: Node[]
  let letter: string
  let next = FIRST_CHARACTER
  const opened: { close(): Promise<void> }[] = []

  before(async () => {
    database = await freshDatabase()
    nodes = await Promise.all([startNode(database.url), startNode(database.url)])
    letter = await nodes[0]!.letter()
  })
  after(async () => {
    await Promise.all(opened.map((client) => client.close()))
    await Promise.all(nodes.map((node) => node.close()))
    await database.drop()
  })

  const fresh = () => {
    expect(next).to.be.at.most(LAST_CHARACTER)
    return String.fromCharCode(next++)
  }
  const anywhere = (text: string) => Math.floor(Math.random() * text.length)

  function own(node: Node): Typist & { readonly client: OwnClient } {
    const who = person()
    const client = new OwnClient(() => node.url, letter, who.token)
    opened.push(client)
    return {
      ...{ who, client, text: () => client.text, saved: () => client.saved() },
      type(character) {
        client.type(character, anywhere(client.text))
        return client.saved()
      },
    }
  }

  async function stock(node: Node): Promise<Typist & { readonly client: StockClient }> {
    const who = person()
    const client = node.stock(letter, who)
    opened.push(client)
    await client.subscribed()
    const text = () => letterText(client.doc.data)
    return {
      ...{ who, client, text, saved: () => client.settled() },
      type: (character) => client.submit(type(character, anywhere(text()))),
    }
  }

  async function ask<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(`${nodes[1]!.url}/v1/docs/${letter}${path}`, {
      method,
      headers: { authorization: `Bearer ${ADA.token}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    })
    const text = await answer.text()
    expect(answer.status, text).to.equal(200)
    return JSON.parse(text) as T
  }

  const rollBack = (body: object) =>
    ask<{ version: number; changed: boolean }>('POST', '/rollback', { ...body, reason: 'Fire' })
  const head = async () => (await ask<{ version: number }>('GET', '')).version

  /** Of each character that was typed: the version it came in with, and whose it is. */
  async function typed(): Promise<Map<string, { version: number; author: string }>> {
    type Op = { version: number; author: string; origin: string | null; op?: { ops: { insert?: string }[] } }
    const characters = new Map<string, { version: number; author: string }>()
    for (let from: number | null = 1, to = await head(); from !== null; ) {
      const page: { ops: Op[]; next: number | null } = await ask('GET', `/ops?from=${from}&to=${to}`)
      for (const { version, author, origin, op } of page.ops) {
        if (origin === 'rollback') continue
        for (const { insert = '' } of op!.ops) {
          for (const character of insert) characters.set(character, { version, author })
        }
      }
      from = page.next
    }
    return characters
  }

  const sorted = (text: string) => [...text.replace(/\n$/, '')].sort().join('')

  it('loses nothing but what is taken back, for nobody', async () => {
    const offline = [own(nodes[0]!), own(nodes[1]!)]
    const owns = Array.from({ length: EACH }, (_, n) => own(nodes[n % 2]!))
    const stocks = await Promise.all(Array.from({ length: EACH }, (_, n) => stock(nodes[n % 2]!)))
    const typists: readonly Typist[] = [...owns, ...stocks]
    await Promise.all([...offline, ...owns].map(({ saved }) => saved()))

    let goesOn = true
    const typing = typists.map(async (typist) => {
      while (goesOn) await typist.type(fresh())
    })
    const reaches = async (version: number) =>
      until(`version ${version}`, async () => (await head()) >= version, { ms: 30_000 })

    await reaches(60)
    for (const { client } of offline) {
      client.offline()
      for (let n = 0; n < OFFLINE_EDITS; n++) client.type(fresh(), anywhere(client.text))
    }
    await reaches(150)
    const half = Math.floor((await head()) / 2)
    const toHalf = await rollBack({ toVersion: half })
    await reaches(toHalf.version + 50)
    const byAuthor = await rollBack({ author: owns[0]!.who.id })
    await reaches(byAuthor.version + 50)
    for (const { client } of offline) client.online()
    goesOn = false
    await Promise.all([...typing, ...offline.map(({ saved }) => saved())])

    const rolledBack = await settled([...typists, ...offline])
    const characters = await typed()
    expect(characters.size).to.equal(next - FIRST_CHARACTER)
    const [first, second] = await Promise.all([toHalf, byAuthor].map(({ version }) => baseOf(version)))
    const kept = [...characters].filter(([, { version, author }]) => {
      if (version > half && version <= first!) return false
      return !(author === owns[0]!.who.id && version <= second!)
    })
    expect(kept.length).to.be.within(100, characters.size - 50)
    expect(sorted(rolledBack)).to.equal(sorted(kept.map(([character]) => character).join('')))

    goesOn = true
    const again = typists.map(async (typist) => {
      while (goesOn) await typist.type(fresh())
    })
    for (const { version } of [toHalf, byAuthor]) {
      const undone = await rollBack({ undo: version })
      expect(undone.changed).to.equal(true)
      await reaches(undone.version + 30)
    }
    goesOn = false
    await Promise.all(again)
    const all = await settled([...typists, ...offline])
    expect(sorted(all)).to.equal(sorted([...(await typed()).keys()].join('')))
    expect(all.length).to.equal(next - FIRST_CHARACTER + 1)
    for (const { client } of stocks) expect(client.errors).to.deep.equal([])
  })

  /** Everybody has the text the server has. */
  async function settled(typists: readonly Typist[]): Promise<string> {
    await Promise.all(typists.map(({ saved }) => saved()))
    let text = ''
    // The node that is asked may be a second behind, as the clients of it may be.
    const isOneText = async () => {
      text = letterText((await ask<{ content: unknown }>('GET', '?content=1')).content)
      return typists.every((typist) => typist.text() === text)
    }
    await until('everybody to have one text', isOneText, {
      seen: () =>
        [text, ...typists.map((typist) => typist.text())].map((seen) => JSON.stringify(seen).slice(0, 300)),
    })
    return text
  }

  /** The version a rollback was made from. */
  async function baseOf(version: number): Promise<number> {
    const db = openPostgres(database.url)
    const [row] = await db.query<{ meta: string }>(
      "select meta from ops where version = $1 and origin = 'rollback'",
      [version],
    )
    await db.close()
    return (JSON.parse(row!.meta) as { rollback: { upTo: number } }).rollback.upTo
  }
})
