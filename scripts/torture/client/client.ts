/** A client of the bed: a process of its own that writes letters. Its first argument says which client it is. */

import { PageLocks } from '../../../client/sync/locks.ts'
import { FileStore } from '../../../test/harness/file-store.ts'
import { Random } from '../../../test/harness/random.ts'
import { LedgerFile, tokenOf } from '../check/ledger.ts'
import { obey } from '../program.ts'
import type { Editor } from './editor.ts'
import { nextEdit } from './edits.ts'
import type { ClientOrders } from './orders.ts'
import { Witness } from './witness.ts'

const EDITORS = {
  // One of them only: the two register different types under one name.
  stock: async () => (await import('./stock-editor.ts')).StockEditor,
  own: async () => (await import('./own-editor.ts')).OwnEditor,
}

const open = await EDITORS[process.argv[2] as keyof typeof EDITORS]()

interface Page {
  readonly editor: Editor
  readonly witness: Witness
  drafts: number
}

let pages: Page[] = []
let ledger: LedgerFile | null = null
let store: FileStore | null = null
let random = new Random(1)
let writer = 0
let used = 0
let ops = 0
let next: NodeJS.Timeout | undefined

function write(perSecond: number): void {
  // Intervals of a Poisson process: bursts and pauses, as with people.
  next = setTimeout(
    () => {
      edit(random.pick(pages))
      write(perSecond)
    },
    (-Math.log(1 - random.next()) * 1_000) / perSecond,
  )
}

function edit({ editor, witness }: Page): void {
  const { content } = editor
  if (content === null) return
  const { op, tokens, deleted } = nextEdit(random, content, () => tokenOf(writer, used++))
  if (op.length === 0) return
  witness.note({ what: 'submitted', tokens, deleted })
  editor.submit(op)
  ops++
}

function noteDrafts(): void {
  for (const page of pages) {
    for (const text of page.editor.drafts.slice(page.drafts)) page.witness.note({ what: 'draft', text })
    page.drafts = page.editor.drafts.length
  }
}

obey<ClientOrders>({
  open(opening) {
    const file = new LedgerFile(opening.ledger)
    ledger = file
    random = new Random(opening.seed)
    writer = opening.writer
    used = 0
    ops = 0
    store = new FileStore(opening.device)
    const device = { store, locks: new PageLocks() }
    pages = opening.letters.map((letter) => {
      const witness = new Witness(letter, file)
      return { editor: new open(opening.url, letter, opening.token, witness, device), witness, drafts: 0 }
    })
    return null
  },

  write({ perSecond }) {
    clearTimeout(next)
    write(perSecond)
    return null
  },

  rest() {
    clearTimeout(next)
    return null
  },

  offline() {
    for (const { editor } of pages) editor.offline()
    return null
  },

  online() {
    for (const { editor } of pages) editor.online()
    return null
  },

  standing() {
    noteDrafts()
    const letters = pages.map(({ editor: { letter, version, isLive, isWaiting, drafts } }) => {
      return { letter, version, isLive, isWaiting, drafts }
    })
    return { ops, letters }
  },

  contents: () => ({ contents: pages.map(({ editor }) => editor.content) }),

  async close() {
    clearTimeout(next)
    noteDrafts()
    await Promise.all(pages.map(({ editor }) => editor.close()))
    pages = []
    await store?.close()
    ledger?.close()
    ledger = null
    return null
  },
})
