import { randomBytes, randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { KeyRing, SealError } from '../../../server/store/seal.ts'

const OF = { firm: randomUUID(), letter: randomUUID(), epoch: randomUUID(), version: 12 }
const TEXT = Buffer.from(JSON.stringify({ letter: { ops: [{ insert: 'Dear Madam\n' }] }, blame: [] }))

const key = () => randomBytes(32)
const old = key()
const ring = new KeyRing([
  ['new', key()],
  ['old', old],
])

/** What opening it comes to: the text, or the reason why it does not open. */
async function opened(
  sealed: Uint8Array,
  of: Partial<typeof OF & { kid: string }> = {},
  by = ring,
): Promise<string> {
  try {
    return (await by.open(sealed, { ...OF, kid: 'new', ...of })).toString()
  } catch (error) {
    if (error instanceof SealError) return 'SealError'
    throw error
  }
}

describe('the seal of a snapshot', () => {
  it('[T1] opens for what it was sealed for', async () => {
    expect(await opened(await ring.seal(TEXT, OF))).to.equal(TEXT.toString())
  })

  it('[T1] is never the same twice', async () => {
    const seals = await Promise.all(Array.from({ length: 100 }, () => ring.seal(TEXT, OF)))
    expect(new Set(seals.map((sealed) => sealed.toString('hex'))).size).to.equal(100)
    expect(new Set(seals.map((sealed) => sealed.subarray(4, 16).toString('hex'))).size).to.equal(100)
  })

  it('[T1] does not open with any bit of any byte flipped', async () => {
    const sealed = await ring.seal(TEXT, OF)
    for (let at = 0; at < sealed.length; at++) {
      for (const bit of [1, 2, 4, 8, 16, 32, 64, 128]) {
        const changed = Buffer.from(sealed)
        changed[at]! ^= bit
        expect(await opened(changed), `byte ${at}`).to.equal('SealError')
      }
    }
  })

  it('[T1] does not open cut off anywhere, nor with more behind it', async () => {
    const sealed = await ring.seal(TEXT, OF)
    for (let length = 0; length < sealed.length; length++) {
      expect(await opened(sealed.subarray(0, length)), `${length} bytes`).to.equal('SealError')
    }
    expect(await opened(Buffer.concat([sealed, Buffer.of(0)]))).to.equal('SealError')
  })

  it('[T1] does not open in the place of another firm, letter, epoch, version or key', async () => {
    const sealed = await ring.seal(TEXT, OF)
    for (const other of [
      { firm: randomUUID() },
      { letter: randomUUID() },
      { epoch: randomUUID() },
      { version: 13 },
      { version: 1 },
      { kid: 'old' },
      { kid: 'lost' },
    ]) {
      expect(await opened(sealed, other), JSON.stringify(other)).to.equal('SealError')
    }
  })

  it('[T1] opens with an old key while that is on the ring', async () => {
    const sealed = await new KeyRing([['old', old]]).seal(TEXT, OF)
    expect(await opened(sealed, { kid: 'old' })).to.equal(TEXT.toString())
    expect(await opened(sealed, { kid: 'old' }, new KeyRing([['new', key()]]))).to.equal('SealError')
  })

  it('[T1] does not open to more than a letter can be', async () => {
    const bomb = await ring.seal(Buffer.alloc(65 * 1024 * 1024), OF)
    expect(bomb.length).to.be.lessThan(1024 * 1024)
    expect(await opened(bomb)).to.equal('SealError')
  })

  it('[T1] has another key for whoever stores it, one for each that seals', () => {
    const [one, two] = [ring.keyForStore('old'), ring.keyForStore('new')]
    expect(one).to.have.length(32)
    expect(one).to.deep.equal(new KeyRing([['old', old]]).keyForStore('old'))
    expect(one).to.not.deep.equal(two).and.not.deep.equal(new Uint8Array(old))
    expect(() => ring.keyForStore('lost')).to.throw(SealError)
  })

  it('takes keys of 32 bytes only', () => {
    expect(() => new KeyRing([['short', randomBytes(16)]])).to.throw(RangeError)
  })
})
