import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { PageLocks } from '../../client/sync/locks.ts'
import { keepUnborn, unbornLetters } from '../../client/sync/unborn-letters.ts'
import { LIMITS } from '../../ot/wire.ts'
import { until, within } from '../harness/deadline.ts'
import { FileStore } from '../harness/file-store.ts'
import { mustEnd } from '../harness/leftovers.ts'
import { OwnClient } from '../harness/own-client.ts'
import { scratchFolder } from '../harness/scratch.ts'
import { type Node, startNode } from './delivery-node.ts'
import { ADA, BEN } from './delivery-people.ts'

const TAB = fileURLToPath(new URL('outbox-tab.ts', import.meta.url))
/** What a person writes in a day away, and what the others do meanwhile: more than an op may be behind when it is sent. */
const EDITS = 10_000
const OTHERS = LIMITS.opsBehind + 1_000

describe('the outbox of a tab that is killed', function () {
  this.timeout(120_000)
  let node: Node
  let letter: string
  let file: string

  before(async () => {
    node = await startNode()
  })
  after(() => node.close())
  beforeEach(async () => {
    letter = await node.letter()
    file = join(scratchFolder('tab'), 'device')
  })

  /** A tab in a process, which does what it is told, one thing after the other. */
  function startTab(): { order(what: string): Promise<void>; kill(): Promise<void> } {
    const args = ['--import', 'tsx', TAB, node.url, letter, ADA.token, file]
    const child: ChildProcess = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout! })
    const kill = async () => {
      forget()
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    }
    const forget = mustEnd('a tab', kill)
    return {
      async order(what) {
        child.stdin!.write(`${what}\n`)
        await within(60_000, `the tab to have done “${what}”`, once(lines, 'line'))
      },
      kill,
    }
  }

  function nextTab(): OwnClient {
    const device = { store: new FileStore(file), locks: new PageLocks() }
    return new OwnClient(() => node.url, letter, ADA.token, { device })
  }

  const stored = async () =>
    (await node.read(letter)).content.ops.map((op) => (op as { insert: string }).insert).join('')

  it('[C1] [F4] what was on the device when it was killed is in the letter once, acknowledged or not', async () => {
    for (let round = 0; round < 4; round++) {
      const tab = startTab()
      await tab.order('saved')
      await tab.order('type 40')
      await tab.order('kept')
      await tab.kill()
    }
    const next = nextTab()
    await next.saved()
    expect([...next.text.trim()].sort().join('')).to.equal([...'0123456789'.repeat(16)].sort().join(''))
    expect(await stored()).to.equal(next.text)
    await next.close()
  })

  it(`[S9] ${EDITS} edits go out over ${OTHERS} of others within ten seconds, and the tab can be written in meanwhile`, async () => {
    const tab = startTab()
    await tab.order('saved')
    await tab.order('offline')
    await tab.order(`type ${EDITS}`)
    await tab.order('kept')
    await tab.kill()

    const ben = new OwnClient(() => node.url, letter, BEN.token)
    await ben.saved()
    await writeMany()
    const before = await stored()

    const began = performance.now()
    const next = nextTab()
    await until('the letter to be shown', () => next.session.hasLetter)
    const shownMs = performance.now() - began
    let longestMs = 0
    let last = performance.now()
    const beat = setInterval(() => {
      longestMs = Math.max(longestMs, performance.now() - last)
      last = performance.now()
    }, 1)
    next.type('!')
    await next.saved()
    const tookMs = performance.now() - began
    clearInterval(beat)
    console.log(
      `      shown after ${shownMs.toFixed()} ms, all sent after ${tookMs.toFixed()} ms, longest without a turn ${longestMs.toFixed()} ms`,
    )
    expect(tookMs).to.be.lessThan(10_000)
    expect(next.view.drafts).to.deep.equal([])
    await until('Ben to have it', () => ben.text === next.text)
    expect(await stored()).to.equal(next.text)
    expect(next.text.length).to.equal(before.length + EDITS + 1)
    expect(next.text.replaceAll(/[^b]/g, '')).to.equal('b'.repeat(OTHERS))
    await Promise.all([next.close(), ben.close()])
  })

  it('[D1] a letter that was made without a server is made when there is one, with what was written in it', async () => {
    const id = randomUUID()
    const device = { store: new FileStore(file), locks: new PageLocks() }
    const { sub: member } = JSON.parse(Buffer.from(ADA.token.split('.')[1]!, 'base64url').toString())
    await keepUnborn(device.store, member, { id, title: 'On a train', madeAt: Date.now() })
    const first = new OwnClient(() => node.url, id, ADA.token, { device, isOffline: true })
    await until('the letter to be shown', () => first.session.hasLetter)
    first.type('Dear Sir')
    await until('it to be on the device', () => !first.view.isWriting)
    await first.close()
    const second = new OwnClient(() => node.url, id, ADA.token, { device, isOffline: true })
    await until('it to be shown again', () => second.session.hasLetter && second.text === 'Dear Sir\n')
    second.online()
    await second.saved()
    expect((await node.read(id)).content).to.deep.equal({ ops: [{ insert: 'Dear Sir\n' }] })
    expect(await unbornLetters(device.store, member)).to.deep.equal([])
    await second.close()
  })

  /** A socket sends as many ops, a thousand at a time: a node bounds how many may wait for their turn (rule S1). */
  async function writeMany(): Promise<void> {
    const socket = await node.knock(letter, BEN)
    socket.say({ a: 'hs', id: null })
    for (let seq = 1; seq <= OTHERS; seq++) {
      socket.say({ a: 'op', c: 'letters', d: letter, v: null, seq, op: [{ insert: 'b' }] })
      if (seq % 1_000 > 0 && seq < OTHERS) continue
      await until('them to be stored', async () => (await node.read(letter)).version === seq + 1, {
        ms: 30_000,
      })
    }
    await socket.close()
  }
})
