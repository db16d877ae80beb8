import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { WebSocket } from 'ws'
import { letter } from '../../ot/types.ts'
import { CLOSE, COLLAB_PATH } from '../../ot/wire.ts'
import { within } from '../harness/deadline.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import type { RunningServer } from '../harness/server.ts'
import { held, join, newLetter, start, tokens } from './stock-people.ts'

describe('a client that breaks the rules on OP_LOG=sharedb-postgres', function () {
  this.timeout(60_000)
  let database: TestDatabase
  let server: RunningServer

  before(async () => {
    database = await freshDatabase()
    server = await start(database.url)
  })
  after(async () => {
    await server.stop()
    await database.drop()
  })

  const refused: readonly [string, unknown, string][] = [
    ['[D3] reaches past the end', { op: [{ retain: 99 }, { insert: 'x' }] }, 'op/does-not-fit'],
    ['[D3] takes the last newline', { op: [{ delete: 6 }] }, 'op/does-not-fit'],
    ['[D3] cuts an emoji in half', { op: [{ delete: 4 }] }, 'op/does-not-fit'],
    ['[D3] inserts half an emoji', { op: [{ insert: '\ud83d' }] }, 'op/malformed'],
    ['[D3] inserts NUL, which jsonb does not store', { op: [{ insert: '\u0000' }] }, 'op/malformed'],
    ['[D3] sends what is no op', { op: 'x' }, 'op/malformed'],
    ['asks for a version no table holds', { a: 'nf', id: 1, v: 1e12 }, 'document/no-version'],
    ['[S5] names a source of somebody else', { op: [{ insert: 'x' }], src: 'other' }, 'op/foreign-source'],
    ['[A3] creates', { create: { type: letter.uri } }, 'message/refused'],
    ['[A3] deletes', { del: true }, 'message/refused'],
    ['[A4] asks a query', { a: 'qf', id: 1, q: {} }, 'message/refused'],
    ['[A4] opens another letter', { a: 's', d: randomUUID() }, 'message/refused'],
  ]
  for (const [what, message, code] of refused) {
    it(`${what}: it is told ${code}, and nothing is harmed`, async () => {
      const id = await newLetter(server)
      const witness = await join(server, id, tokens.ben)
      await witness.submit([{ insert: 'abc😀' }])
      const intruder = await rawClient(server, id)
      const { error } = await intruder.ask(id, message as object)
      expect(error?.code).to.equal(code)
      expect(error?.message).not.to.match(/sql|postgres|integer|syntax/i)
      await witness.submit([{ retain: 5 }, { insert: '!' }])
      expect(held(witness)).to.deep.equal({ ops: [{ insert: 'abc😀!\n' }] })
      intruder.ws.close()
      await witness.close()
    })
  }

  const ahead: readonly [string, object][] = [
    ['is ahead of the letter', { a: 'op', seq: 1, op: [{ insert: 'x' }], v: 9 }],
    ['names a version no table holds', { a: 'op', seq: 1, op: [{ insert: 'x' }], v: 1e12 }],
    ['subscribes from such a version', { a: 's', v: 1e12 }],
    ['subscribes in bulk from such a version', { a: 'bs', b: 1e12 }],
  ]
  for (const [what, message] of ahead) {
    it(`[S9] ${what}: its socket is closed with 4410`, async () => {
      const id = await newLetter(server)
      const intruder = await rawClient(server, id)
      const b = 'b' in message ? { b: { [id]: message.b } } : {}
      intruder.ws.send(JSON.stringify({ c: 'letters', d: id, ...message, ...b }))
      expect(await intruder.closed).to.equal(CLOSE.reload)
    })
  }

  const malformed: readonly [string, string | Buffer, number][] = [
    ['text that is no JSON', '{bad json', CLOSE.malformed],
    ['null', 'null', CLOSE.malformed],
    ['a number', '5', CLOSE.malformed],
    ['a list', '[]', CLOSE.malformed],
    ['nothing', '', CLOSE.malformed],
    ['a message nested 100,000 deep', `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, CLOSE.malformed],
    ['bytes', Buffer.from([1, 2, 3]), CLOSE.malformed],
    ['an op without a seq', '{"a":"op","op":[]}', CLOSE.malformed],
    ['a kind that is an object', '{"a":{}}', CLOSE.malformed],
    ['a handshake with an object for a name', '{"a":"hs","id":{}}', CLOSE.malformed],
    ['two megabytes', 'x'.repeat(2 * 1024 * 1024), 1009],
  ]
  for (const [what, frame, code] of malformed) {
    it(`[R5] ${what} ends its own socket and nothing else`, async () => {
      const id = await newLetter(server)
      const witness = await join(server, id, tokens.ben)
      const intruder = await rawClient(server, id)
      // The messages have to get past the check of the document, to the one of their own.
      const text =
        typeof frame === 'string' ? frame.replace('{"a":"op"', `{"a":"op","c":"letters","d":"${id}"`) : frame
      intruder.ws.send(text)
      if (what !== 'a kind that is an object') expect(await intruder.closed).to.equal(code)
      else expect((await intruder.next()).error?.code).to.equal('message/refused')
      await witness.submit([{ insert: 'still here' }])
      await witness.close()
      intruder.ws.terminate()
    })
  }

  it('[R5] an answer to a client that has been sent away meanwhile ends nothing', async () => {
    const id = await newLetter(server)
    const witness = await join(server, id, tokens.ben)
    const intruder = await rawClient(server, id)
    // It does not hear that it is sent away, so its socket stays half open while the answers come from the database.
    intruder.ws.pause()
    for (let n = 0; n < 10; n++) intruder.ws.send(`{"a":"f","c":"letters","d":"${id}"}`)
    intruder.ws.send('{bad json')
    for (let n = 0; n < 5; n++) await witness.submit([{ insert: 'x' }])
    intruder.ws.resume()
    expect(await intruder.closed).to.equal(CLOSE.malformed)
    await witness.submit([{ insert: 'still here' }])
    await witness.close()
  })
})

interface Answer {
  readonly a: string
  readonly error?: { readonly code: string; readonly message: string }
}

interface RawClient {
  readonly ws: WebSocket
  readonly closed: Promise<number>
  next(): Promise<Answer>
  /** Sends a message about a letter, and gives the first answer of its kind. */
  ask(id: string, message: object): Promise<Answer>
}

/** A socket after the handshake, in whose messages nothing is checked. */
async function rawClient(server: RunningServer, id: string): Promise<RawClient> {
  const ws = new WebSocket(`${server.url.replace('http', 'ws')}${COLLAB_PATH}${id}`, {
    headers: { authorization: `Bearer ${tokens.ada}` },
  })
  const arrived: Answer[] = []
  const waiting: ((answer: Answer) => void)[] = []
  ws.on('message', (data) => {
    const answer = JSON.parse(String(data)) as Answer
    const reader = waiting.shift()
    if (reader === undefined) arrived.push(answer)
    else reader(answer)
  })
  ws.on('error', () => undefined)
  const closed = new Promise<number>((resolve) => {
    ws.once('close', resolve)
  })
  const next = (): Promise<Answer> => {
    const first = arrived.shift()
    const coming = first ?? new Promise<Answer>((resolve) => waiting.push(resolve))
    return within(10_000, 'an answer', Promise.resolve(coming), () => ws.readyState)
  }
  await new Promise((resolve) => ws.once('open', resolve))
  ws.send(JSON.stringify({ a: 'hs', id: null, protocol: 1, protocolMinor: 2 }))
  while ((await next()).a !== 'hs');
  return {
    ws,
    closed: within(20_000, 'the socket to close', closed),
    next,
    async ask(document, message) {
      const { a = 'op', ...rest } = message as { a?: string; b?: unknown }
      const asked = a === 'op' ? { v: 2, seq: 1 } : {}
      const b = 'b' in rest ? { b: { [document]: rest.b } } : {}
      ws.send(JSON.stringify({ a, c: 'letters', d: document, ...asked, ...rest, ...b }))
      for (;;) {
        const answer = await next()
        if (answer.a === a && answer.error !== undefined) return answer
      }
    },
  }
}
