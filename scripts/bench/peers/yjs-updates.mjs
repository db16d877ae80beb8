/**
 * Turns edits into Yjs updates, because a generator does not hold documents and ours is not made of them.
 *
 * Reads JSON from standard input, `{delta, edits}`, either of which may be left out:
 *   delta  what the letter holds at first: one update
 *   edits  [{agent, seen, patches: [{at, deleted, inserted}]}]: one update each, in their order. There are two agents; `seen` is how
 *          many edits of the other one the author had received.
 * Writes `{updates: [base64 …], lengths: [how long the letter is after each]}` to standard output.
 */

import { text as readText } from 'node:stream/consumers'
import * as Y from 'yjs'

const NAME = 'content'

const { delta, edits = [] } = JSON.parse(await readText(process.stdin))
const everything = new Y.Doc()
const updates = []
const lengths = []
/** By agent: its document, the updates it has made, and how many of the other's it has. */
const people = [0, 1].map(() => ({ doc: new Y.Doc(), made: [], received: 0 }))

function publish(update) {
  Y.applyUpdate(everything, update)
  updates.push(Buffer.from(update).toString('base64'))
  lengths.push(everything.getText(NAME).length)
}

/** What a change adds to a document. */
function updateOf(doc, change) {
  let update
  doc.once('update', (made) => {
    update = made
  })
  doc.transact(() => change(doc.getText(NAME)))
  return update
}

if (delta !== undefined) {
  const update = updateOf(new Y.Doc(), (text) => text.applyDelta(delta))
  for (const { doc } of people) Y.applyUpdate(doc, update)
  publish(update)
}
for (const { agent, seen = 0, patches } of edits) {
  const author = people[agent]
  const other = people[1 - agent]
  for (; author.received < seen; author.received += 1) {
    Y.applyUpdate(author.doc, other.made[author.received])
  }
  const update = updateOf(author.doc, (text) => {
    for (const { at, deleted, inserted } of patches) {
      if (deleted > 0) text.delete(at, deleted)
      if (inserted !== '') text.insert(at, inserted)
    }
  })
  author.made.push(update)
  publish(update)
}
process.stdout.write(JSON.stringify({ updates, lengths }))
