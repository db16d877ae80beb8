import { expect } from 'chai'
import { Delta } from '../../../ot/delta.ts'
import { loadTrace, opOf, patched, readTrace } from '../../harness/traces.ts'

describe('editing traces', () => {
  it('sveltecomponent, patched from start to end, is the recorded text', () => {
    const { startContent, endContent, txns } = loadTrace('sveltecomponent')
    expect(txns).to.have.length(18_335)
    expect(txns.reduce((text, txn) => patched(text, txn.patches), startContent)).to.equal(endContent)
  })

  it('the op of a transaction does what its patches do, one after the other', () => {
    const text = 'the quick fox'
    const patches = [
      { at: 4, deleted: 5, inserted: 'slow' },
      { at: 8, deleted: 0, inserted: ' red' },
      { at: 0, deleted: 1, inserted: 'T' },
    ]
    const after = new Delta([{ insert: text }]).compose(new Delta([...opOf(patches)]))
    expect(after.ops).to.deep.equal([{ insert: 'The slow red fox' }])
    expect(patched(text, patches)).to.equal('The slow red fox')
  })

  it('positions in code points become positions in UTF-16 code units', () => {
    const { txns, endContent } = readTrace({
      startContent: 'a😀b',
      endContent: 'a🙂!',
      txns: [{ patches: [[3, 0, '!']] }, { patches: [[2, 1, '']] }, { patches: [[1, 1, '🙂']] }],
    })
    expect(txns.flatMap((txn) => txn.patches)).to.deep.equal([
      { at: 4, deleted: 0, inserted: '!' },
      { at: 3, deleted: 1, inserted: '' },
      { at: 1, deleted: 2, inserted: '🙂' },
    ])
    expect(txns.reduce((text, txn) => patched(text, txn.patches), 'a😀b')).to.equal(endContent)
  })

  it('a trace that is not there is asked for by its public name', () => {
    const before = process.env.TRACES_DIR
    process.env.TRACES_DIR = '/nowhere'
    try {
      expect(() => loadTrace('friendsforever')).to.throw(/github\.com\/josephg\/editing-traces/)
    } finally {
      if (before === undefined) delete process.env.TRACES_DIR
      else process.env.TRACES_DIR = before
    }
  })
})
