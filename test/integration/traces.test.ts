/**
 * Real keystrokes through a running server, by stock ShareDB clients, on both kinds of log: the traces of
 * github.com/josephg/editing-traces (CC BY 4.0).
 */

import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import { letterText, newLetter, readLetter } from '../harness/letters.ts'
import { freshDatabase, type TestDatabase } from '../harness/postgres.ts'
import { replay, typist } from '../harness/replay.ts'
import { editsOf, inBursts, planReplay } from '../harness/replay-plan.ts'
import { scratchFolder } from '../harness/scratch.ts'
import { type RunningServer, startServer } from '../harness/server.ts'
import { stockClient } from '../harness/stock-client.ts'
import { memberToken, TEST_SECRET } from '../harness/tokens.ts'
import { loadTrace, opOf } from '../harness/traces.ts'

/** One op per so many keystrokes: the embedded database takes 6 ms an op, and a person sees no difference. */
const KEYS_PER_OP = 8

for (const kind of ['Postgres', 'the embedded database'] as const) {
  describe(`traces of real typing, on ${kind}`, function () {
    this.timeout(240_000)
    const firm = randomUUID()
    const token = memberToken({ firm })
    let database: TestDatabase | null = null
    let folder: string
    let server: RunningServer

    const start = () =>
      startServer({
        JWT_SECRET: TEST_SECRET,
        DATA_DIR: folder,
        LOG_LEVEL: 'warn',
        ...(database === null ? {} : { DATABASE_URL: database.url }),
      })

    before(async () => {
      folder = scratchFolder('traces')
      database = kind === 'Postgres' ? await freshDatabase() : null
      server = await start()
    })

    after(async () => {
      await server?.stop()
      await database?.drop()
    })

    /** Kills the server, starts it again, and opens the letter as somebody new would. */
    async function expectTheSameAfterAKill(id: string, text: string, version: number): Promise<void> {
      server.kill('SIGKILL')
      await server.exited
      server = await start()
      const reader = stockClient(server.url, id, memberToken({ firm }))
      await reader.subscribed()
      expect(letterText(reader.doc.data)).to.equal(text)
      expect(reader.doc.version).to.equal(version)
      await reader.close()
      expect(await readLetter(server.url, id, token)).to.deep.include({ text, version })
    }

    it('[S1] sveltecomponent, typed by one person, ends in the recorded text, also after the server was killed', async () => {
      const trace = loadTrace('sveltecomponent')
      const id = await newLetter(server.url, token)
      const author = stockClient(server.url, id, token)
      await author.subscribed()
      if (trace.startContent !== '') await author.submit([{ insert: trace.startContent }])
      for (let first = 0; first < trace.txns.length; first += KEYS_PER_OP) {
        const keys = trace.txns.slice(first, first + KEYS_PER_OP)
        for (const { patches } of keys) author.doc.submitOp(opOf(patches))
        await author.settled()
      }
      const text = `${trace.endContent}\n`
      expect(author.errors).to.deep.equal([])
      expect(letterText(author.doc.data)).to.equal(text)
      const version = author.doc.version!
      await author.close()

      expect(version).to.be.greaterThan(trace.txns.length / KEYS_PER_OP / 2)
      await expectTheSameAfterAKill(id, text, version)
    })

    it('[S2] friendsforever, typed by two at once, ends in the recorded text, also after the server was killed', async () => {
      const trace = loadTrace('friendsforever')
      const id = await newLetter(server.url, token)
      const typists = [
        await typist(server.url, id, token),
        await typist(server.url, id, memberToken({ firm })),
      ] as const
      await replay(planReplay(inBursts(editsOf(trace))), typists)

      const text = `${trace.startContent}${trace.endContent}\n`
      const [first, second] = typists.map(({ client }) => client)
      expect(letterText(first!.doc.data)).to.equal(text)
      expect(letterText(second!.doc.data)).to.equal(text)
      const version = first!.doc.version!
      expect(second!.doc.version).to.equal(version)
      await first!.close()
      await second!.close()

      await expectTheSameAfterAKill(id, text, version)
    })
  })
}
