import { expect } from 'chai'
import { Delta } from '../../../ot/delta.ts'
import { COLLECTION_TYPE, documentType, json1, letter } from '../../../ot/types.ts'
import { COLLECTIONS } from '../../../ot/wire.ts'

describe('the document types', () => {
  it('are found by name and by URI', () => {
    for (const type of [letter, json1]) {
      expect(documentType(type.name)).to.equal(type)
      expect(documentType(type.uri)).to.equal(type)
    }
  })

  it('are no others', () => {
    for (const name of ['json0', 'text', '', '__proto__', 'constructor'])
      expect(documentType(name)).to.equal(undefined)
  })

  it('[D1] are set for every collection', () => {
    expect(Object.keys(COLLECTION_TYPE)).to.have.members([...COLLECTIONS])
  })

  it('[D4] come with the one Delta that the editor uses', () => {
    expect(new Delta([{ insert: 'ab' }]).length()).to.equal(2)
  })
})
