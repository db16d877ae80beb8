/** A tab in a process of its own, so that it can be killed: `outbox-tab.ts URL LETTER TOKEN FILE`, then orders, one a line. */

import { createInterface } from 'node:readline'
import { PageLocks } from '../../client/sync/locks.ts'
import { until } from '../harness/deadline.ts'
import { FileStore } from '../harness/file-store.ts'
import { OwnClient } from '../harness/own-client.ts'

const [url, letter, token, file] = process.argv.slice(2) as [string, string, string, string]
const device = { store: new FileStore(file), locks: new PageLocks() }
const tab = new OwnClient(() => url, letter, token, { device })

const orders: Record<string, (argument: string) => Promise<void> | void> = {
  saved: () => tab.saved().then(() => undefined),
  offline: () => tab.offline(),
  /** Many edits, each at another place. */
  type: (count) => {
    for (let i = 0; i < Number(count); i++) {
      const { length } = tab.text
      tab.type(`${i % 10}`, i === 0 ? 0 : (i * 7919) % length)
    }
  },
  kept: () =>
    until('everything to be on the device', () => !tab.view.isWriting, { seen: () => tab.view }).then(
      () => undefined,
    ),
}

for await (const line of createInterface({ input: process.stdin })) {
  const [order, argument] = line.split(' ') as [string, string | undefined]
  await orders[order]?.(argument ?? '')
  console.log(`done ${order}`)
}
