import { expect } from 'chai'
import { EDIT_PAUSE_MS, Unsent } from '../../../client/sync/unsent.ts'

describe('the count of unsent edits', () => {
  it('[C4] counts what is typed without a pause as one edit', () => {
    const unsent = new Unsent()
    for (const time of [0, 120, 240, 400]) unsent.add(time)
    expect(unsent.edits).to.equal(1)
  })

  it('[C4] counts a new edit after a pause of a second', () => {
    const unsent = new Unsent()
    unsent.add(0)
    unsent.add(EDIT_PAUSE_MS)
    unsent.add(EDIT_PAUSE_MS + 1)
    expect(unsent.edits).to.equal(2)
  })

  it('[C4] keeps an edit until the last of its ops is confirmed', () => {
    const unsent = new Unsent()
    unsent.add(0)
    unsent.add(10)
    unsent.confirm()
    expect(unsent.edits).to.equal(1)
    unsent.confirm()
    expect(unsent.edits).to.equal(0)
  })

  it('[C4] forgets everything once it is kept elsewhere', () => {
    const unsent = new Unsent()
    unsent.add(0)
    unsent.clear()
    expect(unsent.edits).to.equal(0)
  })
})
