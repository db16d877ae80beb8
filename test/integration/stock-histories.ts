/** Histories as they are found in databases of stock ShareDB servers. */

import { Delta } from '../../ot/delta.ts'
import { letter } from '../../ot/types.ts'
import type { StockDatabase } from './stock-database.ts'

/** Two people write at once, with formats, an image and characters of two code units; 65 versions. */
export async function writeContract(stock: StockDatabase, id: string): Promise<void> {
  const ada = await stock.open('letters', id)
  const ben = await stock.open('letters', id)
  await ada.create([{ insert: 'Contract ⚖️\n' }])
  await ben.submit({ ops: [{ insert: '😀' }] })
  await ben.submit([{ delete: 2 }])
  for (let round = 0; round < 30; round++) {
    // Neither has seen what the other does.
    await Promise.all([
      ada.submit([{ retain: 1 }, { insert: `a${round}😀` }, { retain: 2, attributes: { bold: true } }]),
      ben.submit([{ retain: 3, attributes: { color: '#ff0000', bold: round % 2 ? true : null } }]),
    ])
  }
  await ada.submit(new Delta().retain(1).insert({ image: 'https://example.com/seal.png' }))
  const length = (ada.doc.data as { length(): number }).length()
  await ada.submit([
    { delete: length - 1 },
    { insert: 'Contract ⚖️' },
    { retain: 1, attributes: { header: 1 } },
  ])
}

export async function writeRecreated(stock: StockDatabase, id: string): Promise<void> {
  const ada = await stock.open('letters', id)
  await ada.create([{ insert: 'Minutes\n' }])
  await ada.submit([{ retain: 7 }, { insert: ' of 2024' }])
  await ada.del()
  await ada.create([{ insert: '\n' }])
  await ada.submit([{ insert: 'Minutes, once more' }])
}

export async function writeDeleted(stock: StockDatabase, id: string): Promise<void> {
  const ada = await stock.open('letters', id)
  await ada.create([{ insert: '\n' }])
  await ada.submit([{ insert: 'Deleted later' }])
  await ada.del()
}

export async function writeLong(stock: StockDatabase, id: string): Promise<void> {
  const ada = await stock.open('letters', id)
  await ada.create([{ insert: '\n' }])
  await ada.submit([{ insert: 'x' }])
  await stock.sql(
    `insert into ops
     select 'letters', $1, v, jsonb_build_object('v', v - 1, 'src', 'fast', 'seq', v, 'm', '{"ts": 1}'::jsonb, 'op', '[{"insert":"x"}]'::jsonb)
       from generate_series(3, 1302) as v`,
    [id],
  )
  await stock.sql('update snapshots set version = 1302, data = $2 where doc_id = $1', [
    id,
    JSON.stringify([{ insert: `${'x'.repeat(1_301)}\n` }]),
  ])
}

/** The same op twice; a clock that goes back; an op without a name and time. */
export async function writeResent(stock: StockDatabase, id: string): Promise<void> {
  const operations = [
    { src: 'tab', seq: 1, v: 0, m: { ts: 2_000 }, create: { type: letter.uri, data: [{ insert: '\n' }] } },
    { src: 'tab', seq: 2, v: 1, m: { ts: 1_000 }, op: { ops: [{ insert: 'x' }] } },
    { src: 'tab', seq: 2, v: 2, m: { ts: 3_000 }, op: [{ insert: 'x' }] },
    { v: 3, op: [{ insert: 'y' }] },
  ]
  for (const [index, operation] of operations.entries()) {
    await stock.sql("insert into ops values ('letters', $1, $2, $3)", [
      id,
      index + 1,
      JSON.stringify(operation),
    ])
  }
  await stock.sql("insert into snapshots values ('letters', $1, $2, 4, $3)", [
    id,
    letter.uri,
    JSON.stringify({ ops: [{ insert: 'yxx\n' }] }),
  ])
}

/** A stock backend stores all of these, or a careless hand makes them. */
export async function writeBroken(stock: StockDatabase): Promise<void> {
  const names = ['past-the-end', 'no-newline', 'odd-snapshot', 'with-a-hole', 'cut-short', 'orphan']
  for (const name of names) {
    const ada = await stock.open('letters', name)
    await ada.create([{ insert: name === 'no-newline' ? 'Hi!' : 'abc\n' }])
    await ada.submit(name === 'past-the-end' ? [{ retain: 10 }, { insert: 'x' }] : [{ insert: 'x' }])
  }
  await stock.sql(`update snapshots set data = '[{"insert":"axbc\\n"}]' where doc_id = 'odd-snapshot'`)
  await stock.sql("delete from ops where doc_id = 'with-a-hole' and version = 2")
  await stock.sql("update snapshots set version = 1 where doc_id = 'cut-short'")
  await stock.sql("delete from snapshots where doc_id = 'orphan'")
}
