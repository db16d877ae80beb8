import { readdirSync, readFileSync } from 'node:fs'
import { expect } from 'chai'
import { json1, letter } from '../../../ot/types.ts'
import { refusal } from './refusals.ts'

/** Runs every example of ot/SPEC.md: the fenced blocks, a line each. */

interface Example {
  readonly kind: string
  readonly line: number
  /** `ok`, or the rule that is broken. */
  readonly verdict: string
  readonly given: readonly unknown[]
  /** Absent when the example says only that it is taken. */
  readonly wanted?: unknown
  readonly text: string
}

const spec = readFileSync(new URL('../../../ot/SPEC.md', import.meta.url), 'utf8')
const examples = [...examplesOf(spec)]

/** What each kind of block does with what its lines are given. */
const RUN: Readonly<Record<string, (given: readonly unknown[]) => unknown>> = {
  'letter-op': ([op]) => bare(letter.parseOp(op)),
  letter: ([document]) => bare(letter.parseCreate(document)),
  'letter-apply': ([document, op]) => bare(letter.apply(letter.parseCreate(document), letter.parseOp(op))),
  'letter-settle': ([document, op]) =>
    bare(letter.settle?.(letter.parseCreate(document), letter.parseOp(op))),
  'letter-fixup': ([document, op]) => bare(letter.fixup(letter.parseCreate(document), letter.parseOp(op))),
  'letter-transform': ([op, over]) =>
    bare(letter.transform(letter.parseOp(op), letter.parseOp(over), 'left')),
  'json-op': ([op]) => json1.parseOp(op),
  'json-document': ([document]) => json1.parseCreate(document),
  'json-transform': ([op, over]) => json1.transform(json1.parseOp(op), json1.parseOp(over), 'left'),
  'json-apply': ([document, op]) => json1.apply(json1.parseCreate(document), json1.parseOp(op)),
}

describe('ot/SPEC.md', () => {
  for (const { kind, line, verdict, given, wanted, text } of examples) {
    const title = `line ${line}, ${kind}: ${text}`
    const run = RUN[kind]
    if (verdict === 'ok') {
      it(title, () => {
        const result = run(given)
        if (wanted !== undefined) expect(JSON.stringify(result)).to.equal(JSON.stringify(wanted))
      })
    } else {
      it(`[${verdict}] ${title}`, () => {
        expect(refusal(() => run(given)).data.rule).to.equal(verdict)
      })
    }
  }

  it('has examples of every kind', () => {
    expect(new Set(examples.map(({ kind }) => kind))).to.deep.equal(new Set(Object.keys(RUN)))
    expect(examples.length).to.be.greaterThan(150)
  })

  it('states every rule that the code refuses by, and shows something that breaks it', () => {
    // These break with sizes and values that an example cannot show: see limits.test.ts and json1.test.ts.
    const shownElsewhere = (rule: string) => /^[LJ]6\.|^J2\.1$/.test(rule)
    const broken = new Set(examples.map(({ verdict }) => verdict))
    for (const rule of rulesInCode()) {
      expect(spec, rule).to.include(`**${rule}**`)
      if (!shownElsewhere(rule)) expect(broken, `an example that breaks ${rule}`).to.include(rule)
    }
  })

  it('names the laws that the property tests cite', () => {
    const folder = new URL('../../property/', import.meta.url)
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.ts'))) {
      for (const [, law] of readFileSync(new URL(file, folder), 'utf8').matchAll(
        /\[([LJWN][1-9][\d.]*)\]/g,
      )) {
        expect(spec, file).to.include(`**${law}**`)
      }
    }
  })
})

function* examplesOf(markdown: string): Generator<Example> {
  let kind: string | undefined
  for (const [i, text] of markdown.split('\n').entries()) {
    const fence = /^```(\S*)$/.exec(text)
    if (fence !== null) {
      kind = fence[1] === '' ? undefined : fence[1]
    } else if (kind !== undefined) {
      const [, verdict, rest] = /^(\S+)\s+(.*)$/.exec(text) ?? []
      const [given, wanted] = rest.split(' => ')
      yield {
        kind,
        line: i + 1,
        verdict,
        given: given.split(/ (?:\+|over) /).map((part) => JSON.parse(part)),
        ...(wanted !== undefined && { wanted: JSON.parse(wanted) }),
        text: rest,
      }
    }
  }
}

function rulesInCode(): Set<string> {
  const folder = new URL('../../../ot/', import.meta.url)
  const code = readdirSync(folder).filter((name) => name.endsWith('.ts'))
  const found = code.flatMap((name) => [
    ...readFileSync(new URL(name, folder), 'utf8').matchAll(/'([LJ]\d+\.\d+)'/g),
  ])
  return new Set(found.map(([, rule]) => rule))
}

/** The list in `{ops: list}`. */
function bare(value: unknown): unknown {
  return value === null ? null : (value as { ops: unknown }).ops
}
