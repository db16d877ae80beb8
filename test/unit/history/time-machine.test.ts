import { expect } from 'chai'
import { EditPieces } from '../../../client/history/edit-pieces.ts'
import { authorsFold, letterFold, SOME_VERSION } from '../../../client/history/folds.ts'
import { NO_LETTER, type PastEdit } from '../../../client/history/past-edit.ts'
import { TimeMachine } from '../../../client/history/time-machine.ts'
import { type Blame, blameAfter, blameOf } from '../../../ot/blame.ts'
import {
  type Component,
  type Insert,
  insertion,
  type LetterDocument,
  type LetterOp,
  push,
} from '../../../ot/component.ts'
import { Random, SEED } from '../../harness/random.ts'
import { type Past, pastOf } from './past.ts'

/** A machine over a log, and what it asked of the server. */
function machineOver(past: Past) {
  const asked: string[] = []
  const pieces = new EditPieces(async (after, to) => {
    asked.push(`edits ${after}-${to}`)
    return past.edits.slice(after, to)
  })
  const machine = new TimeMachine(
    pieces,
    letterFold(async (version) => {
      asked.push(`letter ${version}`)
      return past.letters[version]!
    }),
  )
  return { machine, pieces, asked }
}

describe('a letter at any version', () => {
  const past = pastOf(4_321, SEED)
  const head = 4_321

  it('[T2] is what the log says, wherever one jumps', async () => {
    const { machine } = machineOver(past)
    const random = new Random(SEED)
    for (let jump = 0; jump < 300; jump++) {
      const version = random.below(head + 1)
      await machine.load(version, head)
      expect(machine.at(version), `version ${version}, SEED=${SEED}`).to.deep.equal(past.letters[version])
    }
  })

  it('[T2] is what the log says, step by step in both directions', async () => {
    const { machine } = machineOver(past)
    for (let version = 2_400; version >= 1_700; version--) {
      await machine.load(version, head)
      expect(machine.at(version)).to.deep.equal(past.letters[version])
    }
    for (let version = 1_700; version <= 2_400; version++) {
      expect(machine.at(version)).to.deep.equal(past.letters[version])
    }
  })

  it('has every version of a long log at hand that was seen once', async () => {
    // As heavy as a letter of 100,000 keys is on average.
    const text = 'x'.repeat(150_000)
    const at = (version: number): LetterDocument => ({ ops: [{ insert: text }, { insert: `${version}\n` }] })
    const fetchEdits = async (after: number, to: number) =>
      Array.from({ length: to - after }, (_, index) => {
        const version = after + index + 1
        return { ...past.edits[0]!, version, change: { made: at(version) } }
      })
    let asked = 0
    const fetchLetter = async (version: number) => {
      asked++
      return at(version)
    }
    const machine = new TimeMachine(new EditPieces(fetchEdits), letterFold(fetchLetter))
    for (let version = 1_000; version <= 100_000; version += 1_000) {
      await machine.load(version, 100_000)
      machine.at(version)
    }
    const random = new Random(SEED)
    for (let jump = 0; jump < 200; jump++) {
      const version = 1 + random.below(100_000)
      expect(machine.at(version), `version ${version}, SEED=${SEED}`).to.deep.equal(at(version))
    }
    expect(asked).to.equal(0)
  })

  it('answers nothing before it knows', async () => {
    const { machine } = machineOver(past)
    expect(machine.at(3_500)).to.equal(null)
    await machine.load(3_500, head)
    expect(machine.at(3_500)).to.deep.equal(past.letters[3_500])
    expect(machine.at(1_500), 'a version elsewhere').to.equal(null)
  })

  it('needs no server for version 0', () => {
    expect(machineOver(past).machine.at(0)).to.deep.equal({ ops: [] })
  })

  it('fetches the piece around a version and the letter it begins with, once', async () => {
    const { machine, asked } = machineOver(past)
    await Promise.all([machine.load(3_500, head), machine.load(3_600, head)])
    await machine.load(3_501, head)
    expect(asked.toSorted()).to.deep.equal(['edits 3000-4000', 'letter 3000'])
  })

  it('fetches edits only, where it can walk there from the piece before', async () => {
    const { machine, asked } = machineOver(past)
    for (const version of [1_000, 2_000, 3_000]) {
      await machine.load(version, head)
      machine.at(version)
    }
    expect(asked).to.deep.equal(['edits 0-1000', 'edits 1000-2000', 'edits 2000-3000'])
  })

  it('goes on at the end of a log that grows', async () => {
    const { machine, asked } = machineOver(past)
    await machine.load(4_100, 4_100)
    expect(machine.at(4_100)).to.deep.equal(past.letters[4_100])
    await machine.load(4_321, 4_321)
    expect(machine.at(4_321)).to.deep.equal(past.letters[4_321])
    expect(asked).to.include('edits 4100-4321')
  })

  it('asks again for what could not be fetched', async () => {
    let fails = true
    const pieces = new EditPieces(async (after, to) => {
      if (fails) throw new Error('away')
      return past.edits.slice(after, to)
    })
    const machine = new TimeMachine(
      pieces,
      letterFold(async (version) => past.letters[version]!),
    )
    const failed = await machine.load(10, head).catch((error: Error) => error.message)
    expect(failed).to.equal('away')
    fails = false
    await machine.load(10, head)
    expect(machine.at(10)).to.deep.equal(past.letters[10])
  })

  it('refuses a log with a hole', async () => {
    const pieces = new EditPieces(async (after, to) => past.edits.slice(after + 1, to))
    const machine = new TimeMachine(
      pieces,
      letterFold(async (version) => past.letters[version]!),
    )
    const failed = await machine.load(10, head).catch((error: Error) => error.message)
    expect(failed).to.match(/not the 1000 that were asked for/)
  })

  it('keeps no more than it may, however much one looks at', async () => {
    const made = { ops: [{ insert: `${'x'.repeat(200_000)}\n` }] }
    const fold = letterFold(async () => made)
    const edits = Array.from({ length: 130_000 }, (_, index) => ({
      ...past.edits[0]!,
      version: index + 1,
      change: { made },
    }))
    const machine = new TimeMachine(new EditPieces(async (after, to) => edits.slice(after, to)), fold)
    const size = letterFold(async () => made).weigh(made)
    for (let version = 500; version <= 130_000; version += 500) {
      await machine.load(version, 130_000)
      expect(machine.at(version)).to.equal(made)
    }
    expect(machine.weight).to.be.within(32_000_000 - 3 * size, 32_000_000)
  })

  it('[T3] who wrote it is followed the same way', async () => {
    const pieces = new EditPieces(async (after, to) => past.edits.slice(after, to))
    const blames: Blame[] = [{ ops: [] }]
    for (const { version, author, change } of past.edits) {
      const by = { author: author ?? '', version }
      blames.push(
        'made' in change
          ? blameOf(change.made, by)
          : blameAfter(blames.at(-1)!, { ...by, op: change.op as LetterOp, restored: null }),
      )
    }
    /** Without when it was written. */
    const authorsAt = (version: number): Blame => {
      const stretches: Component[] = []
      for (const { insert, attributes } of blames[version]!.ops) {
        push(stretches, insertion(insert, { author: attributes!.author!, version: SOME_VERSION }))
      }
      return { ops: stretches as Insert[] }
    }
    const machine = new TimeMachine(
      pieces,
      authorsFold(async (version) => authorsAt(version)),
    )
    for (const version of [17, 2_222, 4_321, 999]) {
      await machine.load(version, head)
      expect(machine.at(version)).to.deep.equal(authorsAt(version))
    }
  })

  it('[T2] [T3] many edits at once leave what they leave one by one, though the letter is taken away among them', () => {
    const { edits } = pastOf(60, SEED)
    const gone: PastEdit = { ...edits[0]!, version: 61, change: { made: NO_LETTER } }
    const back: PastEdit = { ...edits[0]!, version: 62, change: { made: { ops: [{ insert: 'ab\n' }] } } }
    const restored = [{ length: 2, author: 'cleo', version: 7 }]
    const brought: PastEdit = {
      ...edits[0]!,
      version: 63,
      change: { op: { ops: [{ insert: 'xy' }] } },
      restored,
    }
    const all = [...edits, gone, back, brought, ...pastOf(30, SEED + 1).edits]
    const never = async () => expect.fail('nothing is fetched')
    for (const fold of [letterFold(never), authorsFold(never)]) {
      for (const count of [edits.length, edits.length + 1, edits.length + 3, all.length]) {
        const some = all.slice(0, count)
        const oneByOne = some.reduce((state, edit) => fold.after(state, [edit]), fold.nothing)
        expect(fold.after(fold.nothing, some), `${count} edits, SEED=${SEED}`).to.deep.equal(oneByOne)
      }
    }
  })
})
