/**
 * Counts how often our server wrote an op again because another writer came first, for `probe.mjs`. Loaded into our
 * server only (`node --import`); a document calls `wentBack` with all the ops that lost such a race.
 */

import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from '../install.mjs'

/** As it was built: the program that is started next gets the same module. */
const built = pathToFileURL(join(ROOT, 'dist', 'server', 'doc', 'document.js'))
const { Document } = await import(built.href)

let retries = 0
const { wentBack } = Document.prototype
if (wentBack !== undefined) {
  globalThis.benchRetries = () => retries
  Document.prototype.wentBack = function counted(ops, ...rest) {
    retries += ops.length
    return wentBack.call(this, ops, ...rest)
  }
}
