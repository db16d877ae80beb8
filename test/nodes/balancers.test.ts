import type { IncomingHttpHeaders } from 'node:http'
import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { type Balancer, type BalancerKind, startBalancer } from '../harness/balancer.ts'
import { until } from '../harness/deadline.ts'
import { newLetter, readLetter } from '../harness/letters.ts'
import { ownPostgres } from '../harness/postgres.ts'
import type { PostgresCluster } from '../harness/postgres-cluster.ts'
import { ownRedis } from '../harness/redis.ts'
import type { RedisServer } from '../harness/redis-server.ts'
import { memberToken } from '../harness/tokens.ts'
import { Fleet } from './fleet.ts'
import { expectNothingLost, Tokens, Typist } from './typist.ts'

/** Between two characters of one person. */
const TYPING_MS = 200
/** What may be waited for a character to be saved while nodes go and come: the aim is 3 s on a machine with nothing else to do. */
const PATIENT_MS = 10_000

const TOKEN = memberToken()

describe('several nodes behind', function () {
  this.timeout(120_000)
  let postgres: PostgresCluster
  let redis: RedisServer
  let fleet: Fleet
  let balancer: Balancer
  let typists: Typist[]
  let tokens: Tokens

  before(async () => {
    postgres = await ownPostgres()
    redis = await ownRedis()
    // As long as HAProxy takes to notice.
    fleet = await Fleet.start({ DATABASE_URL: postgres.url, REDIS_URL: redis.url, DRAIN_SECONDS: '2' })
  })
  after(async () => {
    for (const { code } of await fleet.stop()) expect(code).to.equal(0)
    await redis.close()
    await postgres.close()
  })
  beforeEach(() => {
    typists = []
    tokens = new Tokens()
  })
  afterEach(() => Promise.all(typists.map((typist) => typist.close())))

  /** So many letters, each with as many people, half of them with our own client. */
  async function gather(letters: number, people: number): Promise<string[]> {
    const ids: string[] = []
    for (let n = 0; n < letters; n++) {
      const id = await newLetter(fleet.node(0).url, TOKEN)
      ids.push(id)
      for (let m = 0; m < people; m++) {
        const hand = m % 2 === 0 ? Typist.own : Typist.stock
        typists.push(hand(id, TOKEN, balancer, tokens))
      }
    }
    await until('everybody to be there', () => typists.every(({ isReady }) => isReady))
    // What a node logs comes another way than what it answers, and may come later.
    await until('the nodes to have said so', () =>
      ids.every((id) => fleet.opened(id).reduce((sum, count) => sum + count) >= people),
    )
    return ids
  }

  /** Everybody types for as long as the work takes. */
  async function whileTyping(work: () => Promise<unknown>): Promise<void> {
    let isOver = false
    const typing = typists.map((typist) => typist.typeOn(() => !isOver, TYPING_MS))
    try {
      await work()
    } finally {
      isOver = true
      await Promise.all(typing)
    }
  }

  async function expectAllWhole(letters: readonly string[]): Promise<void> {
    for (const letter of letters) {
      const editors = typists.filter((typist) => typist.letter === letter)
      await Promise.all(editors.map((editor) => editor.saved()))
      await expectNothingLost(editors, (await readLetter(fleet.node(0).url, letter, TOKEN)).text)
    }
  }

  for (const kind of ['haproxy', 'nginx'] satisfies BalancerKind[]) {
    describe(kind, () => {
      before(async () => {
        balancer = await startBalancer(kind, fleet.ports)
      })
      after(() => balancer.close())

      it('are reached over TLS only, and know of it', async () => {
        const plain = await fetch(`${balancer.plainUrl}/healthz`, { redirect: 'manual' })
        expect(plain.status).to.equal(301)
        expect(plain.headers.get('location')).to.match(/^https:/)
        const { status, headers } = await ask(balancer, 'POST', '/v1/session', { token: TOKEN })
        expect(status).to.equal(200)
        expect(headers['set-cookie']![0]).to.include('; Secure')
        expect(headers['strict-transport-security']).to.equal('max-age=31536000')
      })

      it('have the editors of one letter on one node, and letters on all of them', async () => {
        const letters = await gather(4, 4)
        for (const letter of letters) expect(fleet.opened(letter).toSorted()).to.deep.equal([0, 0, 4])
        await whileTyping(() => pause(500))
        await expectAllWhole(letters)
        const counts = (await gather(50, 1)).map((letter) => fleet.opened(letter))
        const perNode = fleet.ports.map((_, place) => counts.filter((count) => count[place] === 1).length)
        expect(Math.min(...perNode), `letters on each: ${perNode}`).to.be.greaterThan(0)
      })

      it('take over the letters of one that is killed, and no others', async () => {
        const letters = await gather(6, 2)
        const before = letters.map((letter) => fleet.opened(letter))
        const dead = before[0]!.findIndex((count) => count > 0)
        await whileTyping(async () => {
          await fleet.end(dead, 'SIGKILL')
          await until('the editors to be elsewhere', () =>
            letters.every((letter, n) => {
              const now = fleet.opened(letter)
              const elsewhere = now.reduce((sum, count) => sum + count) - now[dead]!
              return before[n]![dead] === 0 || elsewhere >= 2
            }),
          )
        })
        await Promise.all(typists.map((typist) => typist.saved()))
        await fleet.restart(dead)
        await expectAllWhole(letters)
        for (const [n, letter] of letters.entries()) {
          if (before[n]![dead] === 0) expect(fleet.opened(letter)).to.deep.equal(before[n])
        }
      })

      it('are restarted one after the other while people type: nothing is lost, and nobody waits long', async () => {
        const letters = await gather(9, 4)
        const waits: number[] = []
        await whileTyping(async () => {
          for (const place of fleet.ports.keys()) {
            const breaks = typists.map((typist) => typist.breaks)
            for (const typist of typists) typist.takeWaits()
            expect(await fleet.end(place, 'SIGTERM')).to.deep.equal({ code: 0, signal: null })
            await until('everybody to be back', () => typists.every(({ isReady }) => isReady))
            await fleet.restart(place)
            for (const [n, typist] of typists.entries()) {
              if (typist.breaks > breaks[n]!) waits.push(Math.max(...typist.takeWaits()))
            }
          }
        })
        await expectAllWhole(letters)
        // Each was on a node that was restarted.
        expect(waits.length).to.be.at.least(typists.length)
        const sorted = waits.toSorted((a, b) => a - b)
        const p95 = sorted[Math.ceil(0.95 * sorted.length) - 1]!
        console.log(
          `      ${kind}: ${waits.length} times somebody was sent away and waited ${sorted[sorted.length >> 1]!.toFixed()} ms` +
            ` (median), ${p95.toFixed()} ms (p95), ${sorted.at(-1)!.toFixed()} ms (longest)`,
        )
        expect(p95).to.be.lessThan(PATIENT_MS)
      })

      it('[S8] say themselves that their database is away, and have everybody back when it is not', async () => {
        const letters = await gather(3, 2)
        await whileTyping(async () => {
          await postgres.stop('immediate')
          // Longer than a balancer takes to notice.
          const end = performance.now() + 3_000
          while (performance.now() < end) {
            const { status, headers, body } = await ask(balancer, 'GET', `/v1/docs/${letters[0]}`)
            expect(status).to.equal(503)
            expect(headers['content-type']).to.match(/^application\/problem\+json/)
            expect(JSON.parse(body).code).to.equal('server/unavailable')
            await pause(100)
          }
          await postgres.start()
        })
        await expectAllWhole(letters)
      })
    })
  }

  it('a balancer that sends the editors of a letter everywhere lose nothing and double nothing', async () => {
    balancer = await startBalancer('haproxy', fleet.ports, 'in turns')
    const letters = await gather(3, 6)
    for (const letter of letters) expect(Math.min(...fleet.opened(letter))).to.be.greaterThan(0)
    await whileTyping(() => pause(4_000))
    await expectAllWhole(letters)
    await Promise.all(typists.splice(0).map((typist) => typist.close()))
    await balancer.close()
  })
})

function ask(
  { url, ca }: Balancer,
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; headers: IncomingHttpHeaders; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', origin: url }
    request(`${url}${path}`, { method, ca, headers, agent: false }, async (response) => {
      resolve({ status: response.statusCode!, headers: response.headers, body: await text(response) })
    })
      .on('error', reject)
      .end(body === undefined ? undefined : JSON.stringify(body))
  })
}
