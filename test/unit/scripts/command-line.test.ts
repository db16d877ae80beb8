import { expect } from 'chai'
import { between, chosen, given, UsageError, whole } from '../../../scripts/command-line.ts'
import { readOptions } from '../../../scripts/typing/options.ts'

describe('the command line of a script', () => {
  it('gives what was given, by option', () => {
    const values = given(['--seed', '7', '--trace'], ['seed', 'json'], ['trace'])
    expect({ ...values }).to.deep.equal({ seed: '7', trace: true })
  })

  it('says what it does not understand', () => {
    const names = ['one', 'two'] as const
    const wrong: readonly [() => unknown, words: string][] = [
      [() => given(['--help'], ['seed']), "Unknown option '--help'"],
      [() => given(['--seed'], ['seed']), "Option '--seed <value>' argument missing"],
      [() => whole('--runs', '1.5', 1), '--runs takes a whole number from 1.'],
      [() => whole('--runs', '-1', 0), '--runs takes a whole number from 0.'],
      [() => whole('--runs', '', 1, 9), '--runs takes a whole number from 1 to 9.'],
      [() => between('--seconds', 'soon', 0.5, 300), '--seconds takes a number from 0.5 to 300.'],
      [() => chosen('--only', 'one, three', names), '--only does not know three; there are one, two.'],
    ]
    for (const [read, words] of wrong) expect(read).to.throw(UsageError, words)
  })

  it('takes names in the order in which they are known', () => {
    expect(chosen('--only', 'two, one', ['one', 'two', 'three'])).to.deep.equal(['one', 'two'])
  })

  it('of typing is for keys, or for coming back', () => {
    expect(readOptions(['--people', '0'])).to.deep.equal({
      ...{ characters: 100_000, people: 0, keys: 400, trace: null, away: null },
    })
    expect(readOptions(['--away', '10000']).away).to.equal(10_000)
    for (const args of [['--keys', 'many'], ['--away', '0'], ['100']])
      expect(() => readOptions(args), args.join(' ')).to.throw(UsageError)
  })
})
