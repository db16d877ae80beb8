import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import fc from 'fast-check'
import { memberOf, SourceIssuer } from '../../../server/auth/source.ts'

const issuer = new SourceIssuer(Buffer.alloc(32, 1), 'an epoch')
const ADA = '0123abcd-4567-89ab-cdef-fedcba987654'

describe('sources', () => {
  it('[S5] a source says which member it was issued to', () => {
    fc.assert(
      fc.property(fc.uuid(), (member) => {
        const source = issuer.issue(member)
        return issuer.provenance(source, member) === 'own' && memberOf(source) === member
      }),
    )
    expect(issuer.provenance(issuer.issue(ADA), randomUUID())).to.equal('foreign')
  })

  it('is short, and safe in a URL', () => {
    expect(issuer.issue(ADA)).to.match(/^[\w-]{12}\.[\w-]{22}\.[\w-]{16}$/)
  })

  it('[S5] two tabs never share a source', () => {
    const sources = Array.from({ length: 1_000 }, () => issuer.issue(ADA))
    expect(new Set(sources).size).to.equal(sources.length)
  })

  it('[S5] changing any one character makes it a forgery', () => {
    const source = issuer.issue(ADA)
    for (let at = 0; at < source.length; at++) {
      for (const other of ['A', 'B', '-', '.']) {
        const forged = source.slice(0, at) + other + source.slice(at + 1)
        if (forged !== source) expect(issuer.provenance(forged, ADA), forged).to.not.equal('own')
      }
    }
  })

  it('[S5] the last character of the member has one spelling only', () => {
    // 22 characters hold 132 bits, a UUID 128: the last character could be written in four ways.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    const source = issuer.issue(ADA)
    const accepted = [...alphabet].filter(
      (c) => issuer.provenance(source.slice(0, 34) + c + source.slice(35), ADA) === 'own',
    )
    expect(accepted).to.deep.equal([source[34]])
  })

  it('[S5] the parts of two sources cannot be put together', () => {
    const [ada, ben] = [issuer.issue(ADA), issuer.issue(randomUUID())]
    const [nonce] = ada.split('.')
    const [, member, mac] = ben.split('.')
    for (const who of [ADA, memberOf(ben)!]) {
      expect(issuer.provenance(`${nonce}.${member}.${mac}`, who)).to.not.equal('own')
    }
  })

  it('[S5] another key issues other sources', () => {
    const other = new SourceIssuer(Buffer.alloc(32, 2), 'an epoch')
    expect(other.provenance(issuer.issue(ADA), ADA)).to.not.equal('own')
  })

  it('[S9] a source of another epoch is told from one of somebody else', () => {
    const restored = new SourceIssuer(Buffer.alloc(32, 1), 'another epoch')
    const source = issuer.issue(ADA)
    expect(restored.provenance(source, ADA)).to.equal('other-epoch')
    expect(restored.provenance(source, randomUUID())).to.equal('foreign')
    expect(memberOf(source)).to.equal(ADA)
  })

  it('[S4] the source under which a document is created is the same in every epoch, and no session’s', () => {
    const letter = randomUUID()
    const source = issuer.issueForCreating(ADA, letter)
    const restored = new SourceIssuer(Buffer.alloc(32, 1), 'another epoch')
    expect(restored.issueForCreating(ADA, letter)).to.equal(source)
    expect(issuer.provenance(source, ADA)).to.not.equal('own')
  })

  it('[S5] anything else is nobody’s', () => {
    const source = issuer.issue(ADA)
    for (const word of [
      '',
      '.',
      '..',
      'x',
      ` ${source}`,
      `${source}\n`,
      `${source}.`,
      source.repeat(2),
      '\u0000',
    ]) {
      expect(issuer.provenance(word, ADA), JSON.stringify(word)).to.equal('foreign')
      expect(memberOf(word), JSON.stringify(word)).to.equal(null)
    }
    fc.assert(fc.property(fc.string(), (word) => memberOf(word) === null))
  })

  it('[S4] a member creates a document under one source, and each other document under another', () => {
    const [letter, other] = [randomUUID(), randomUUID()]
    const source = issuer.issueForCreating(ADA, letter)
    expect(memberOf(source)).to.equal(ADA)
    expect(issuer.issueForCreating(ADA, letter)).to.equal(source)
    expect(issuer.issueForCreating(ADA, other)).not.to.equal(source)
    expect(issuer.issueForCreating(other, letter)).not.to.equal(source)
  })

  it('is issued to a member UUID only', () => {
    expect(() => issuer.issue('ada')).to.throw(TypeError)
  })
})
