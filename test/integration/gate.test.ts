import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { expect } from 'chai'
import { CollabError, type ErrorCode } from '../../ot/errors.ts'
import { CLOSE } from '../../ot/wire.ts'
import { checkMessage, type Entrant, KINDS } from '../../server/sync/gate.ts'
import { type Node, startNode } from './delivery-node.ts'
import { ADA, BEN } from './delivery-people.ts'
import type { RawSocket } from './delivery-socket.ts'

const { ACTIONS } = createRequire(import.meta.url)('sharedb/lib/message-actions') as {
  ACTIONS: Readonly<Record<string, string>>
}

/** What only the server says. */
const SERVER_ONLY = ['init', 'q', 'fixup']

type Answer = 'answered' | ErrorCode

interface Rule {
  /** A message of this kind, well formed, about a document of the letters' or another collection. */
  readonly message: (collection: string, id: string) => object
  /** What becomes of it on the letter's own socket, for somebody who may edit and for somebody who may only read. */
  readonly editor: Answer
  readonly viewer: Answer
  /** It names no document, so that it cannot name a wrong one. */
  readonly isAboutNoDocument?: true
}

const about = (more: object = {}) => ({
  message: (c: string, d: string) => ({ c, d, ...more }),
  editor: 'answered' as Answer,
  viewer: 'answered' as Answer,
})
const bulk = (b: (id: string) => unknown) => ({
  message: (c: string, id: string) => ({ c, b: b(id) }),
  editor: 'answered' as Answer,
  viewer: 'answered' as Answer,
})
const never = (more: object): Rule => ({
  message: (c: string, d: string) => ({ c, d, ...more }),
  editor: 'message/refused',
  viewer: 'message/refused',
})

/** One rule for each kind of message: who adds a kind adds a line here. */
const RULES: Readonly<Record<string, Rule>> = {
  hs: { message: () => ({ id: null }), editor: 'answered', viewer: 'answered', isAboutNoDocument: true },
  pp: { message: () => ({}), editor: 'answered', viewer: 'answered', isAboutNoDocument: true },
  f: about(),
  s: about(),
  u: about(),
  bf: bulk((id) => [id]),
  bs: { ...bulk((id) => ({ [id]: 1 })), viewer: 'op/version-behind' },
  bu: bulk((id) => [id]),
  nf: { ...about({ id: 1, v: 1 }), viewer: 'auth/forbidden' },
  op: { ...about({ v: 1, seq: 1, op: [{ insert: 'a' }] }), viewer: 'auth/forbidden' },
  nt: never({ id: 1, ts: 0 }),
  qf: never({ id: 1, q: {} }),
  qs: never({ id: 1, q: {} }),
  qu: never({ id: 1 }),
  p: never({ ch: 'letters.x', id: 'me', p: { index: 0 }, pv: 1 }),
  ps: never({ ch: 'letters.x', seq: 1 }),
  pu: never({ ch: 'letters.x', seq: 1 }),
  pr: never({ ch: 'letters.x' }),
}

describe('the gate', () => {
  it('[A4] has a rule for every kind of message it lets in, and for every kind a ShareDB client has', () => {
    const kinds = Object.values(ACTIONS).filter((kind) => !SERVER_ONLY.includes(kind))
    expect(Object.keys(RULES)).to.have.members(Object.keys(KINDS))
    expect(Object.keys(KINDS)).to.have.members(kinds)
  })

  for (const [kind, rule] of Object.entries(RULES)) {
    for (const role of ['editor', 'viewer'] as const) {
      it(`[A3] [A4] ${kind} of somebody who is ${role}: ${rule[role]}`, () => {
        const own = randomUUID()
        expect(answerAtTheGate({ a: kind, ...rule.message('letters', own) }, own, role)).to.equal(rule[role])
      })
      if (rule.isAboutNoDocument) continue
      it(`[A1] [A4] ${kind} of somebody who is ${role}, about anything but the socket's letter, is refused`, () => {
        const own = randomUUID()
        const strange = [
          ['letters', randomUUID()],
          ['comments', own],
          ['canvases', own],
          ['__proto__', own],
          ['letters', '__proto__'],
          ['$presence', `letters.${own}`],
        ] as const
        for (const [collection, id] of strange) {
          const message = { a: kind, ...rule.message(collection, id) }
          expect(answerAtTheGate(message, own, role), `${collection}/${id}`).to.equal('message/refused')
        }
      })
    }
  }

  it('[A2] the past is for those who may read it, by whatever message; the letter as it is, for all', () => {
    const id = randomUUID()
    const past: readonly [object, Answer][] = [
      [{ a: 'nf', v: 0 }, 'auth/forbidden'],
      [{ a: 'nf', v: 7 }, 'auth/forbidden'],
      [{ a: 'f', v: 0 }, 'op/version-behind'],
      [{ a: 's', v: 7 }, 'op/version-behind'],
      [{ a: 'bf', b: { [id]: 0 } }, 'op/version-behind'],
      [{ a: 'bs', b: { [id]: 7 } }, 'op/version-behind'],
    ]
    for (const [message, viewer] of past) {
      const whole = { c: 'letters', d: id, ...message }
      expect(answerAtTheGate(whole, id, 'viewer'), JSON.stringify(message)).to.equal(viewer)
      expect(answerAtTheGate(whole, id, 'editor'), JSON.stringify(message)).to.equal('answered')
    }
    for (const message of [
      ...['nf', 'f', 's'].flatMap((a) => [{ a }, { a, v: null }]),
      ...['bf', 'bs'].flatMap((a) => [
        { a, b: [id] },
        { a, b: { [id]: null } },
      ]),
    ]) {
      const whole = { c: 'letters', d: id, ...message }
      expect(answerAtTheGate(whole, id, 'viewer'), JSON.stringify(message)).to.equal('answered')
    }
  })

  it('[A4] names of objects are no kinds of messages', () => {
    for (const a of [
      '__proto__',
      'constructor',
      'toString',
      'hasOwnProperty',
      '',
      'HS',
      undefined,
      null,
      7,
      {},
    ]) {
      expect(answerAtTheGate({ a }, randomUUID(), 'editor')).to.equal('message/refused')
    }
  })

  describe('of a running node', () => {
    let node: Node
    let letter: string
    let other: string
    let ada: RawSocket

    before(async function () {
      this.timeout(60_000)
      node = await startNode()
      letter = await node.letter()
      other = await node.letter()
    })
    after(() => node.close())
    beforeEach(async () => {
      ada = await node.knock(letter)
    })
    afterEach(() => ada.close())

    for (const [kind, rule] of Object.entries(RULES)) {
      it(`[A4] ${kind} about its letter is ${rule.editor}`, async () => {
        ada.say({ a: kind, ...rule.message('letters', letter) })
        const answer = await ada.hears(kind)
        expect(answer.error?.code ?? 'answered').to.equal(rule.editor)
      })
      if (rule.isAboutNoDocument) continue
      it(`[A1] [A4] ${kind} about another letter of the same member is refused, and says nothing of it`, async () => {
        ada.say({ a: kind, ...rule.message('letters', other) })
        const answer = await ada.hears(kind)
        expect(answer.error?.code).to.equal('message/refused')
        expect(answer).to.not.have.any.keys('data', 'op')
      })
    }

    it('[A3] letters are neither made nor unmade by an op', async () => {
      for (const change of [{ del: true }, { create: { type: 'json0', data: {} } }]) {
        ada.tell('op', { v: 1, seq: 1, ...change })
        expect((await ada.hears('op')).error?.code).to.equal('message/refused')
      }
    })

    it('[A4] a message that no client sends ends its socket with 4400', async () => {
      const strange: object[] = [
        { a: 'hs', id: {} },
        { a: 'op', c: 'letters', d: letter, v: 1, seq: 1 },
        { a: 'op', c: 'letters', d: letter, v: 1, op: [] },
        { a: 'op', c: 'letters', d: letter, v: 1, seq: 0, op: [] },
        { a: 'op', c: 'letters', d: letter, v: 1, seq: 1.5, op: [] },
        { a: 'op', c: 'letters', d: letter, v: 1, seq: 1, src: 7, op: [] },
        { a: 'bs', c: 'letters', b: null },
        { a: 'bs', c: 'letters', b: 'x' },
      ]
      for (const message of strange) {
        const socket = await node.knock(letter)
        socket.say(message)
        expect(await socket.closed(), JSON.stringify(message)).to.equal(4400)
      }
    })

    for (const [kind, more] of [
      ['f', {}],
      ['s', {}],
      ['nf', { id: 1 }],
      ['op', { seq: 1, op: [{ insert: 'a' }] }],
    ] as const) {
      if (kind === 'nf') {
        it('[A4] nf of a version the letter never had is refused, and the socket stays', async () => {
          for (const v of [1e9, 1e12, Number.MAX_SAFE_INTEGER]) {
            ada.tell(kind, { ...more, v })
            expect((await ada.hears(kind)).error?.code, String(v)).to.equal('document/no-version')
          }
          await ada.hasHeardAll()
        })
      } else {
        it(`[S9] ${kind} at a version the letter never had ends its socket with 4410, unanswered`, async () => {
          for (const v of [1e9, 1e12, Number.MAX_SAFE_INTEGER]) {
            const socket = await node.knock(letter)
            socket.tell(kind, { ...more, v })
            expect(await socket.closed(), String(v)).to.equal(CLOSE.reload)
            expect(socket.heard.map(({ a }) => a)).to.deep.equal(['init'])
          }
        })
      }

      it(`[A4] ${kind} at what is no version ends its socket with 4400`, async () => {
        for (const v of [-1, 1.5, 1e300, '1', {}, true]) {
          const socket = await node.knock(letter)
          socket.tell(kind, { ...more, v })
          expect(await socket.closed(), String(v)).to.equal(4400)
        }
      })
    }

    it('[S8] the answer to a refused message holds its address and nothing of its content', async () => {
      ada.tell('op', { v: 1, seq: 3, op: [{ insert: 'a secret\u0000' }], x: { also: 'a secret' } })
      const refused = await ada.hears('op')
      expect(refused).to.have.all.keys('a', 'c', 'd', 'seq', 'v', 'error')
      expect(refused).to.include({ c: 'letters', d: letter, seq: 3, v: 1 })
      expect(JSON.stringify(ada.heard)).to.not.include('secret')
      expect(node.log.join('')).to.not.include('secret')
    })
  })

  describe('and sources', () => {
    let node: Node
    let letter: string

    before(async function () {
      this.timeout(60_000)
      node = await startNode()
      letter = await node.letter()
    })
    after(() => node.close())

    it('[S5] every socket is issued a source of its own, also to the tabs of one member', async () => {
      const tabs = await Promise.all([ADA, ADA, ADA, BEN].map((who) => node.knock(letter, who)))
      expect(new Set(tabs.map(({ source }) => source)).size).to.equal(4)
      for (const tab of tabs) {
        tab.say({ a: 'hs', id: null })
        expect((await tab.hears('hs')).id).to.equal(tab.source)
        await tab.close()
      }
    })

    it('[S5] who connects again keeps the source they were issued before', async () => {
      const before = await node.knock(letter)
      await before.close()
      const again = await node.knock(letter)
      again.say({ a: 'hs', id: before.source })
      expect((await again.hears('hs')).id).to.equal(before.source)
      again.edit(1, [{ insert: 'a' }])
      expect((await again.hears('op')).src).to.equal(before.source)
      await again.close()
    })

    it('[S5] a source of somebody else, or of nobody, is refused in a handshake and in an op', async () => {
      const ben = await node.knock(letter, BEN)
      const ada = await node.knock(letter, ADA)
      const [nonce, , mac] = ada.source.split('.')
      const forged = `${nonce}.${ben.source.split('.')[1]}.${mac}`
      const versionBefore = (await node.read(letter)).version
      for (const source of [ben.source, forged, '', 'x', '__proto__', 'x'.repeat(100_000)]) {
        ada.say({ a: 'hs', id: source })
        expect((await ada.hears('hs')).error?.code).to.equal('op/foreign-source')
        ada.edit(1, [{ insert: 'a' }], { src: source })
        expect((await ada.hears('op')).error?.code).to.equal('op/foreign-source')
      }
      expect((await node.read(letter)).version).to.equal(versionBefore)
      await Promise.all([ada.close(), ben.close()])
    })
  })
})

/** What the gate says to a message of a socket that was opened for `own`. */
function answerAtTheGate(message: Record<string, unknown>, own: string, role: 'editor' | 'viewer'): Answer {
  const entrant: Entrant = {
    key: { collection: 'letters', id: own },
    mayEdit: role === 'editor',
    mayReadHistory: role === 'editor',
    provenance: () => 'own',
    epoch: 'an epoch',
  }
  try {
    checkMessage(message, entrant)
    return 'answered'
  } catch (error) {
    if (error instanceof CollabError) return error.code
    throw error
  }
}
