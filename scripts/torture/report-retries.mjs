/** Loaded into a node (`node --import`): on SIGUSR2 it says how many ops it has written again because another node came first. */

import '../bench/count-retries.mjs'

process.on('SIGUSR2', () => process.stderr.write(`retries ${globalThis.benchRetries()}\n`))
