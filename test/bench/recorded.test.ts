import { expect } from 'chai'
import { recorded } from '../../scripts/bench/workloads/recorded.ts'
import { loadTrace, type TraceName } from '../harness/traces.ts'

describe('recordings, as edits to send', () => {
  const recordings: readonly TraceName[] = ['sveltecomponent', 'friendsforever']
  for (const name of recordings) {
    it(`come to the recorded text of ${name}`, async function () {
      this.timeout(60_000)
      const recording = await recorded(name, 'sharedb')
      expect(recording.text(recording.edits.length)).to.equal(loadTrace(name).endContent)
    })
  }

  it('are made on what is there already', async () => {
    const { edits } = await recorded('friendsforever', 'sharedb')
    expect(edits.every(({ base }, index) => base <= index)).to.equal(true)
    // Both wrote, and not only in turns.
    expect(new Set(edits.map(({ agent }) => agent)).size).to.equal(2)
    expect(edits.some(({ base }, index) => base < index)).to.equal(true)
  })
})
