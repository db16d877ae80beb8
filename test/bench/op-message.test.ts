import { expect } from 'chai'
import { LoggedOp } from '../../ot/logged-op.ts'
import { type OpMessage, opPrefix, readOp } from '../../scripts/bench/load/op-message.ts'
import { opFrame } from '../../server/sync/frames.ts'

const ID = '0d6e3ac4-2f0c-4f55-9d0e-5a3b1e2f4c6d'
const KEY = { collection: 'letters', id: ID } as const

function read(text: string): OpMessage | null {
  const bytes = Buffer.from(`before${text}after`)
  const into = { version: -1, source: '', seq: -1 }
  const end = bytes.length - 'after'.length
  return readOp(bytes, 'before'.length, end, opPrefix('letters', ID).length, into) ? into : null
}

function ownFrame(meta: string | null): string {
  const op = new LoggedOp({
    ...{ version: 8, body: '{"op":[{"insert":"x"}]}', source: 'ab.cd.ef', seq: 31 },
    ...{ author: null, origin: null, time: 0, meta },
  })
  const frame = opFrame(KEY, op)
  // The header of a frame ends where its message begins.
  return frame.subarray(frame.indexOf('{')).toString()
}

describe('op messages, read without parsing them', () => {
  it('are recognised as our server writes them', () => {
    expect(read(ownFrame(null))).to.deep.equal({ version: 7, source: 'ab.cd.ef', seq: 31 })
  })

  it('are recognised with a fixup', () => {
    const meta = JSON.stringify({ fixup: [{ retain: 1 }] })
    expect(read(ownFrame(meta))).to.deep.equal({ version: 7, source: 'ab.cd.ef', seq: 31 })
  })

  it('are recognised as stock ShareDB writes them', () => {
    const message = {
      a: 'op',
      c: 'letters',
      d: ID,
      v: 123,
      src: 'f00',
      seq: 4,
      op: { ops: [{ insert: 'y' }] },
    }
    expect(read(JSON.stringify(message))).to.deep.equal({ version: 123, source: 'f00', seq: 4 })
  })

  const others: Readonly<Record<string, object>> = {
    'a bare acknowledgement': { src: 'f00', seq: 4, v: 123, a: 'op', c: 'letters', d: ID },
    'one that begins like an op': { a: 'op', c: 'letters', d: ID, v: 123, src: 'f00', seq: 4 },
    'an error': {
      a: 'op',
      c: 'letters',
      d: ID,
      src: 'f00',
      seq: 4,
      v: 1,
      error: { code: 'x', message: 'y' },
    },
    'an answer to a subscription': { a: 's', c: 'letters', d: ID, data: { v: 1, data: [], type: 't' } },
    'a handshake': { a: 'hs', protocol: 1, protocolMinor: 2, id: 'f00', type: 't' },
  }
  for (const [what, message] of Object.entries(others)) {
    it(`leaves ${what} to whoever parses it`, () => {
      expect(read(JSON.stringify(message))).to.equal(null)
    })
  }
})
