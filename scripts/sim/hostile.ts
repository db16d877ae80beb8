import type { Client } from './client.ts'
import { Line } from './line.ts'
import type { World } from './world.ts'

/** Ops that no letter takes, whatever it holds (rule D3). */
const POISON: readonly unknown[] = [
  [{ insert: '' }],
  [{ insert: 'a\u0000b' }],
  [{ insert: '\ud800' }],
  [{ delete: -1 }],
  [{ delete: 0.5 }],
  [{ delete: 1_000_000 }],
  [{ retain: 1e308 }],
  [{ retain: 1_000_000, attributes: { bold: true } }],
  [{ retain: 2 ** 53 }],
  [{ insert: 'x', delete: 1 }],
  [{ insert: { script: 'alert(1)' } }],
  [{ insert: 'x', attributes: { onclick: 'x' } }],
  [{ insert: 'x', attributes: { link: 'javascript:alert(1)' } }],
  [{ retain: { a: 1 } }],
  [{ insert: 'x', __proto__x: 1 }],
  'text',
  { ops: 'x' },
  null,
  [null],
  [[[[]]]],
]

/** Messages that are no ops. */
const NONSENSE: readonly string[] = [
  '{',
  'null',
  '[]',
  '{"a":"qf"}',
  '{"a":"hs","id":{}}',
  `${'['.repeat(5_000)}`,
]

/** A member with a program of their own sends what no client sends. */
export function sendPoison(world: World): undefined {
  const { random } = world
  const letter = random.pick(world.letters)
  const version = world.database.find('letters', letter)?.version ?? 1
  const ops = Array.from({ length: 1 + random.below(3) }, (_, index) =>
    JSON.stringify({
      a: 'op',
      c: 'letters',
      d: letter,
      v: Math.max(1, version - random.below(3)),
      seq: index + 1,
      op: random.pick(POISON),
    }),
  )
  speak(world, letter, world.newMember(), random.chance(0.3) ? [...ops, random.pick(NONSENSE)] : ops)
  return undefined
}

/** What a client has sent before arrives once more, by another socket of the same member, on whichever node. */
export function sendAgain(world: World, { letter, principal, sent, editor, browser }: Client): undefined {
  const { source } = editor
  if (sent.length === 0 || source === null) return undefined
  const message = JSON.parse(world.random.pick(sent)) as { src?: string; seq: number }
  // The run refused it for good: a server that takes it would be another one.
  if (browser.refused.has(`${message.src} ${message.seq}`)) return undefined
  speak(world, letter, principal, [JSON.stringify({ ...message, src: message.src ?? source })])
  return undefined
}

function speak(world: World, letter: string, principal: Client['principal'], texts: readonly string[]): void {
  const { time, random, trace } = world
  const owner = { isGone: false, name: 'somebody' }
  const line = new Line({ time, random, trace, client: owner, onTold: () => undefined })
  const node = world.route(letter)
  if (node === null) return
  line.onopen = () => {
    line.send('{"a":"hs","id":null}')
    for (const text of texts) line.send(text)
    time.after(500, owner, () => line.close())
  }
  time.after(0, node, () => void node.admit(line, letter, principal))
}
