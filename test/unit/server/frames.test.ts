import { createRequire } from 'node:module'
import type { Writable } from 'node:stream'
import { expect } from 'chai'
import { LoggedOp, type OpRecord } from '../../../ot/logged-op.ts'
import { opFrame, opFrames, textFrame } from '../../../server/sync/frames.ts'

/** The half of ws that reads frames, as a client does. */
const { Receiver } = createRequire(import.meta.url)('ws') as {
  Receiver: new (options: {
    isServer: boolean
    skipUTF8Validation: boolean
    allowSynchronousEvents: boolean
  }) => Writable
}

const KEY = { collection: 'letters', id: 'an id' }

describe('frames', () => {
  for (const length of [0, 1, 125, 126, 127, 65_535, 65_536, 70_000, 1_048_576]) {
    it(`[R1] a text of ${length} bytes arrives as it was`, async () => {
      const text = 'x'.repeat(length)
      expect(await readBy(textFrame(text))).to.deep.equal([text])
    })
  }

  it('[R1] lengths count bytes, not characters', async () => {
    for (const text of ['é'.repeat(63), '長'.repeat(42), '😀'.repeat(16_384), '\u0000']) {
      expect(await readBy(textFrame(text))).to.deep.equal([text])
    }
  })

  it('[R1] an op is ShareDB’s own op message', async () => {
    const [text] = await readBy(opFrame(KEY, logged({ body: '{"op":{"ops":[{"insert":"é"}]}}' })))
    expect(JSON.parse(text!)).to.deep.equal({
      a: 'op',
      c: 'letters',
      d: 'an id',
      v: 6,
      src: 'a tab',
      seq: 3,
      op: { ops: [{ insert: 'é' }] },
    })
  })

  it('[R1] the body of an op goes out in the bytes it has in the log', async () => {
    const body = '{"op":[ "\\u0000\\ud800" , {"b":1, "a":2} ]}'
    const [text] = await readBy(opFrame(KEY, logged({ body })))
    expect(text!.endsWith(body.slice(1))).to.equal(true)
  })

  it('creations, deletions and bare versions are messages too', async () => {
    const changes = ['{"create":{"type":"t","data":{}}}', '{"del":true}', '{}']
    const frames = changes.map((body) => opFrame(KEY, logged({ body, source: null, seq: null })))
    const head = { a: 'op', c: 'letters', d: 'an id', v: 6 }
    const messages = (await readBy(Buffer.concat(frames))).map((text) => JSON.parse(text))
    expect(messages).to.deep.equal([
      { ...head, create: { type: 't', data: {} } },
      { ...head, del: true },
      head,
    ])
  })

  it('[D5] what its author must apply besides rides along, and a stock backend’s own metadata does not', async () => {
    const [text] = await readBy(opFrame(KEY, logged({ meta: '{"fixup":{"ops":[{"retain":1}]}}' })))
    expect(JSON.parse(text!).fixup).to.deep.equal([
      { src: 'a tab', seq: 3, v: 6, op: { ops: [{ retain: 1 }] } },
    ])
    const [bare] = await readBy(opFrame(KEY, logged({ meta: '{"ts":5,"secret":true}' })))
    expect(JSON.parse(bare!)).to.have.all.keys('a', 'c', 'd', 'v', 'src', 'seq', 'op')
  })

  it('names that need escaping are escaped', async () => {
    const key = { collection: 'a"b', id: '\u0000\\' }
    const [text] = await readBy(opFrame(key, logged({ source: '"},"x":"' })))
    expect(JSON.parse(text!)).to.include({ c: key.collection, d: key.id, src: '"},"x":"' })
  })

  it('[R1] the ops of a commit follow one another in one buffer', async () => {
    const ops = [5, 6, 7].map((version) => logged({ version, body: `{"op":"${'x'.repeat(version * 20)}"}` }))
    const messages = (await readBy(opFrames(KEY, ops))).map((text) => JSON.parse(text))
    expect(messages.map(({ v }) => v)).to.deep.equal([4, 5, 6])
  })
})

function logged(more: Partial<OpRecord>): LoggedOp {
  return new LoggedOp({
    version: 7,
    body: '{"op":[]}',
    source: 'a tab',
    seq: 3,
    author: null,
    origin: null,
    time: 0,
    meta: null,
    ...more,
  })
}

/** What a client reads, also when the bytes come one by one. */
async function readBy(frames: Buffer): Promise<string[]> {
  const whole = await messagesIn([frames])
  if (frames.length < 1_000) {
    const pieces = Array.from(frames, (byte) => Buffer.from([byte]))
    expect(await messagesIn(pieces)).to.deep.equal(whole)
  }
  return whole
}

function messagesIn(pieces: readonly Buffer[]): Promise<string[]> {
  const receiver = new Receiver({ isServer: false, skipUTF8Validation: false, allowSynchronousEvents: true })
  const texts: string[] = []
  receiver.on('message', (data: Buffer, isBinary: boolean) => {
    expect(isBinary).to.equal(false)
    texts.push(data.toString())
  })
  return new Promise((resolve, reject) => {
    receiver.once('error', reject)
    receiver.once('finish', () => resolve(texts))
    for (const piece of pieces) receiver.write(piece)
    receiver.end()
  })
}
