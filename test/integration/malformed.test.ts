import { connect } from 'node:net'
import { expect } from 'chai'
import { CLOSE, COLLAB_PATH, LIMITS } from '../../ot/wire.ts'
import { openPostgres } from '../../server/store/postgres.ts'
import { PATIENCE_MS, until, within } from '../harness/deadline.ts'
import { Mutations } from '../harness/mutations.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { Random, SEED } from '../harness/random.ts'
import { type RunningServer, startServer } from '../harness/server.ts'
import { TEST_SECRET } from '../harness/tokens.ts'
import { Bystanders } from './bystanders.ts'
import { person, type Visits, visitsTo } from './delivery-people.ts'
import { type RawSocket, upgrade } from './delivery-socket.ts'
import { memoryOf } from './malformed-memory.ts'

const EVE = person()

/** Messages of the fuzzer. */
const FRAMES = 30_000

/** What becomes of the sender: the code its socket is closed with, or of the error it is told, or an answer. */
type End = number | string | 'answered'

type Input = readonly [what: string, end: End, send: (eve: RawSocket) => void]

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
const opWith = (op: string) => (eve: RawSocket) =>
  eve.say(`{"a":"op","c":"letters","d":"${eve.letter}","v":1,"seq":1,"op":${op}}`)
const say = (message: object | string | Buffer) => (eve: RawSocket) => eve.say(message)
const tell =
  (a: string, more: object = {}) =>
  (eve: RawSocket) =>
    eve.tell(a, more)
/** Past the client, which would not send such a thing. */
const bytes =
  (...values: number[]) =>
  (eve: RawSocket) =>
    eve.tcp.write(Buffer.from(values))

/** An empty mask leaves a client's frame as it reads. */
const MASK = [0, 0, 0, 0]

const INPUTS: readonly Input[] = [
  ['text that is not JSON', CLOSE.malformed, say('{bad json')],
  ['nothing at all', CLOSE.malformed, say('')],
  ['null', CLOSE.malformed, say('null')],
  ['a number', CLOSE.malformed, say('42')],
  ['a string', CLOSE.malformed, say('"hello"')],
  ['an array', CLOSE.malformed, say('[{"a":"pp"}]')],
  ['a message in a binary frame', CLOSE.malformed, say(Buffer.from('{"a":"pp"}'))],
  ['a frame with reserved bits', 1002, bytes(0xf1, 0x80, ...MASK)],
  ['a frame of no known kind', 1002, bytes(0x83, 0x80, ...MASK)],
  ['a frame without a mask', 1002, bytes(0x81, 0x02, 0x7b, 0x7d)],
  ['a frame that goes on where none began', 1002, bytes(0x80, 0x80, ...MASK)],
  ['a ping of 126 bytes', 1002, bytes(0x89, 0xfe, 0, 126, ...MASK)],
  ['a close with a code that must not be sent', 1002, bytes(0x88, 0x82, ...MASK, 0x03, 0xed)],
  ['a text frame that is not UTF-8', 1007, bytes(0x81, 0x82, ...MASK, 0xc3, 0x28)],
  ['a frame that claims 2^63 bytes', 1009, bytes(0x81, 0xff, 0x7f, ...Array(7).fill(0xff), ...MASK)],
  ['a message over the limit', 1009, say(`{"a":"pp","x":"${'x'.repeat(LIMITS.messageBytes)}"}`)],
  ['JSON nested 5,000 deep', CLOSE.malformed, opWith(nested(5_000))],
  ['JSON nested 200,000 deep', CLOSE.malformed, opWith(nested(200_000))],
  ['JSON nested as deep as is allowed', 'op/malformed', opWith(nested(LIMITS.messageDepth - 1))],
  ['an op message without an op', CLOSE.malformed, tell('op', { v: 1, seq: 1 })],
  ['an op message without a collection', 'message/refused', say({ a: 'op', d: 'x', v: 1, seq: 1, op: [] })],
  ['a message without a kind', 'message/refused', say({ c: 'letters' })],
  ['a handshake with an object for its id', CLOSE.malformed, say({ a: 'hs', id: { a: 1 } })],
  ['a handshake with __proto__ for its id', 'op/foreign-source', say({ a: 'hs', id: '__proto__' })],
  ['a handshake with an object for its epoch', CLOSE.malformed, say({ a: 'hs', epoch: {} })],
  ['a handshake with __proto__ for its epoch', CLOSE.reload, say({ a: 'hs', epoch: '__proto__' })],
  ['a handshake with an object for its protocol', 'ERR_MESSAGE_BADLY_FORMED', say({ a: 'hs', protocol: {} })],
  [
    'a handshake of a protocol from the future',
    'answered',
    say({ a: 'hs', protocol: '99', protocolMinor: 'x' }),
  ],
  ['presence without a channel', 'message/refused', tell('p', { id: 'x', p: { index: 1 }, pv: 1 })],
  ['presence for a type without presence', 'message/refused', tell('p', { ch: 'x', id: 'x', t: 'json0' })],
  ['a presence subscription without a channel', 'message/refused', tell('ps', { seq: 1 })],
  ['a presence request without a channel', 'message/refused', tell('pr')],
  ['a snapshot request without a version', 'answered', tell('nf', { id: 1 })],
  ['a snapshot request by time, without a time', 'message/refused', tell('nt', { id: 1 })],
  ['a query', 'message/refused', say({ a: 'qs', c: 'letters', id: 1, q: {} })],
  ['a query without an id', 'message/refused', say({ a: 'qf', c: 'letters', q: { $where: '1' } })],
  ['a bulk subscription to null', CLOSE.malformed, say({ a: 'bs', c: 'letters', b: null })],
  ['a bulk subscription to a number', CLOSE.malformed, say({ a: 'bs', c: 'letters', b: 7 })],
  [
    'a bulk subscription to a list of objects',
    'message/refused',
    say({ a: 'bs', c: 'letters', b: [{}, null] }),
  ],
  ['a bulk subscription to nothing', 'answered', say({ a: 'bs', c: 'letters', b: {} })],
  ['a bulk subscription at an odd version', CLOSE.malformed, (eve) => eve.say(bulkAt(eve, { v: 1 }))],
  ['a bulk subscription at version 1e12', CLOSE.reload, (eve) => eve.say(bulkAt(eve, 1e12))],
  ['a bulk unsubscription without documents', CLOSE.malformed, say({ a: 'bu', c: 'letters' })],
  ['a bulk unsubscription by versions', 'answered', (eve) => eve.say({ ...bulkAt(eve, 1), a: 'bu' })],
  ['a version that is a fraction', CLOSE.malformed, tell('s', { v: 1.5 })],
  ['a version below zero', CLOSE.malformed, tell('f', { v: -1 })],
  ['version 1e12', CLOSE.reload, tell('s', { v: 1e12 })],
  [
    'a version no number can hold',
    CLOSE.malformed,
    (eve) => eve.say(`{"a":"f","c":"letters","d":"${eve.letter}","v":1e999}`),
  ],
  [
    'a seq beyond all numbers',
    'ERR_CONNECTION_SEQ_INTEGER_OVERFLOW',
    tell('op', { v: 1, seq: 2 ** 53 - 1, op: [] }),
  ],
  [
    'an op that names Object.prototype',
    'op/malformed',
    opWith('[{"retain":1,"attributes":{"__proto__":{"x":1}}}]'),
  ],
  ['a message that names Object.prototype', 'message/refused', say('{"a":"__proto__","__proto__":{"x":1}}')],
  ['a document named __proto__', 'message/refused', say({ a: 's', c: 'letters', d: '__proto__' })],
  [
    'an op of too many components',
    'op/too-large',
    opWith(JSON.stringify(Array(5_001).fill({ insert: 'a' }))),
  ],
  [
    'an op that inserts too much',
    'op/too-large',
    opWith(`[{"insert":"${'a'.repeat(LIMITS.opInsertLength + 1)}"}]`),
  ],
]

describe('malformed input', () => {
  let database: TestDatabase
  let server: RunningServer
  let node: Visits
  let letter: string
  let bystanders: Bystanders

  before(async function () {
    this.timeout(60_000)
    database = await freshDatabase()
    server = await startServer({ DATABASE_URL: database.url, JWT_SECRET: TEST_SECRET, LOG_LEVEL: 'warn' })
    node = visitsTo(server.url)
    letter = await node.letter()
    bystanders = await Bystanders.at(node, letter)
  })
  after(async function () {
    this.timeout(30_000)
    await bystanders.leave()
    await server.stop()
    await database.drop()
  })
  afterEach(async () => {
    await bystanders.areUnharmed()
    await isAlive(server)
  })

  /** How many edits of Eve's are in the letter. */
  async function evesEdits(): Promise<number> {
    const db = openPostgres(database.url)
    try {
      const [row] = await db.query(
        `select count(*)::int as edits from ops
         where author = $1::uuid and document = (select number from documents where id = $2)`,
        [EVE.id, letter],
      )
      return row!.edits as number
    } finally {
      await db.close()
    }
  }

  for (const [what, end, send] of INPUTS) {
    it(`[R5] ${what} ${consequence(end)}, and harms nobody else`, async () => {
      const eve = await node.knock(letter, EVE)
      send(eve)
      if (typeof end === 'number') {
        expect(await eve.closed()).to.equal(end)
      } else {
        const answer = await eve.hears(() => true)
        expect(answer.error?.code ?? 'answered').to.equal(end)
        await eve.hasHeardAll()
        await eve.close()
      }
    })
  }

  it('[R5] a connection reset in the middle of a message ends itself and nothing else', async () => {
    const { raw } = await upgrade(server.url, COLLAB_PATH + letter, { authorization: `Bearer ${EVE.token}` })
    raw!.on('error', () => undefined)
    raw!.write(Buffer.from([0x81, 0xfe, 0x01, 0x00, ...MASK, 0x7b]))
    raw!.resetAndDestroy()
  })

  it('[R5] a connection reset while the server finds out who asks ends itself and nothing else', async () => {
    const { hostname, port } = new URL(server.url)
    for (let n = 0; n < 20; n++) {
      const raw = connect(Number(port), hostname)
      raw.on('error', () => undefined)
      raw.write(upgradeRequest(letter))
      await within(
        PATIENCE_MS,
        'the request to leave',
        new Promise<void>((resolve) => raw.write('', () => resolve())),
      )
      raw.resetAndDestroy()
    }
  })

  it('[R5] bytes that are no HTTP end their connection and nothing else', async () => {
    const { hostname, port } = new URL(server.url)
    const strange = [
      '\u0000\u0001\u0002\r\n\r\n',
      'GET //%%%%/../.. HTTP/9.9\r\n\r\n',
      upgradeRequest(letter).replace('Sec-WebSocket-Key', 'X'),
      upgradeRequest(letter).replace('GET', 'POST'),
      upgradeRequest(letter).replace('-Version: 13', '-Version: 99'),
      upgradeRequest('%00%ff/../../etc/passwd'),
      `GET ${COLLAB_PATH}${'a'.repeat(100_000)} HTTP/1.1\r\n\r\n`,
    ]
    for (const text of strange) {
      const raw = connect(Number(port), hostname)
      const ended = new Promise<void>((resolve) => raw.once('close', () => resolve()))
      raw.on('error', () => undefined)
      raw.on('data', () => undefined)
      raw.end(text, 'latin1')
      await within(PATIENCE_MS, 'the connection to end', ended)
    }
  })

  it('[R5] a flood of pings and of messages that never end holds nobody up', async () => {
    const eve = await node.knock(letter, EVE)
    for (let n = 0; n < 10_000; n++) eve.ws.ping()
    const begun = Buffer.from([0x01, 0xff, 0, 0, 0, 0, 0, 0x01, 0, 0, ...MASK])
    eve.tcp.write(Buffer.concat([begun, Buffer.alloc(65_536)]))
    await bystanders.areUnharmed()
    eve.ws.terminate()
    await eve.closed()
  })

  it('[R5] large edits that are sent without a pause are taken at the pace of the log, not kept in memory', async function () {
    this.timeout(60_000)
    const before = memoryOf(server.pid)
    const eve = await node.knock(await node.letter(EVE), EVE)
    let greatest = 0
    for (let n = 1; n <= 1_000; n++) {
      eve.edit(n, n % 2 === 1 ? [{ insert: 'x'.repeat(200_000) }] : [{ delete: 200_000 }])
      if (n % 50 === 0) {
        await until('the network to take it', () => eve.ws.bufferedAmount < 20_000_000)
        greatest = Math.max(greatest, memoryOf(server.pid) - before)
      }
    }
    await eve.hears({ a: 'op', v: 1_000 })
    // With the heap of the thread that makes snapshots meanwhile.
    expect(greatest).to.be.lessThan(250 * 1024 * 1024)
    await eve.close()
  })

  it(`[R5] ${FRAMES} valid messages, cut, swapped, repeated and mutated, harm nobody (SEED=${SEED})`, async function () {
    this.timeout(180_000)
    const random = new Random()
    const before = memoryOf(server.pid)
    const tally = new Tally()
    const isDone = () => tally.frames >= FRAMES
    const typing = bystanders.typeUntil(isDone)
    await Promise.all(
      Array.from({ length: 6 }, () => fuzz(node, letter, new Random(random.below(2 ** 31)), tally, isDone)),
    )
    await typing

    const context = `SEED=${SEED} ${JSON.stringify(tally)}`
    expect(tally.faults, context).to.deep.equal([])
    expect(server.stderr(), context).to.not.include('a message failed')
    expect(memoryOf(server.pid) - before, context).to.be.lessThan(300 * 1024 * 1024)
    // Each of the ways a message can end was gone, many times.
    expect(tally.answered, context).to.be.greaterThan(1_000)
    expect(tally.refused, context).to.be.greaterThan(1_000)
    // By the log: on a slow disk most sockets are closed before they hear of it.
    expect(await evesEdits(), context).to.be.greaterThan(500)
    expect(tally.closedWith(CLOSE.malformed), context).to.be.greaterThan(500)
    expect(tally.closedWith(1002) + tally.closedWith(1007), context).to.be.greaterThan(20)
    expect(bystanders.typed, context).to.be.greaterThan(50)
  })
})

/** Sends mutated messages, a handful at a time, on one socket after the other. */
async function fuzz(
  node: Visits,
  letter: string,
  random: Random,
  tally: Tally,
  isDone: () => boolean,
): Promise<void> {
  const mutations = new Mutations(random)
  while (!isDone()) {
    const eve = await node.knock(letter, EVE)
    await eve.subscribe()
    while (eve.isOpen && !isDone()) {
      for (let n = random.below(8); n >= 0; n--) eve.say(mutations.ofMessage(eve))
      if (random.chance(0.1)) eve.say(mutations.ofText(eve))
      if (random.chance(0.03)) {
        // It may claim to be longer than it is, and swallow what follows: nothing does.
        eve.tcp.end(mutations.ofFrame(eve))
        await eve.closed()
      } else {
        eve.say({ a: 'pp' })
        await eve.hears((message) => message.a === 'pp').catch(() => eve.closed())
      }
      tally.note(eve)
    }
    if (eve.isOpen) eve.ws.close()
    tally.noteClose(await eve.closed())
  }
}

/** What came of the mutated messages. */
class Tally {
  frames = 0
  answered = 0
  refused = 0
  readonly closes: Record<number, number> = {}
  readonly faults: string[] = []

  note(eve: RawSocket): void {
    this.frames += eve.takeCountOfSaid()
    for (const { error } of eve.takeHeard()) {
      if (error !== undefined) this.refused++
      else this.answered++
      if (error?.code.startsWith('server/')) this.faults.push(error.code)
    }
  }

  noteClose(code: number): void {
    this.closes[code] = this.closedWith(code) + 1
    if (code === CLOSE.tryAgain) this.faults.push('closed with 1013')
  }

  closedWith(code: number): number {
    return this.closes[code] ?? 0
  }
}

async function isAlive(server: RunningServer): Promise<void> {
  const state = await Promise.race([server.exited, Promise.resolve('alive' as const)])
  expect(state, server.stderr()).to.equal('alive')
  process.kill(server.pid, 0)
}

function bulkAt(eve: RawSocket, version: unknown): object {
  return { a: 'bs', c: 'letters', b: { [eve.letter]: version } }
}

function upgradeRequest(letter: string): string {
  return [
    `GET ${COLLAB_PATH}${letter} HTTP/1.1`,
    'Host: localhost',
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    `Authorization: Bearer ${EVE.token}`,
    '',
    '',
  ].join('\r\n')
}

function consequence(end: End): string {
  if (typeof end === 'number') return `closes its socket with ${end}`
  return end === 'answered' ? 'is answered' : `is answered with ${end}`
}
