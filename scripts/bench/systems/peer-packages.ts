/** The peers' packages: installed in a folder of their own, on first use, and never a dependency of the product. */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { alone } from '../../lock.mjs'

const FOLDER = join(dirname(dirname(fileURLToPath(import.meta.url))), 'peers')
const STAMP = join(FOLDER, 'node_modules', '.installed')

export function peerProgram(name: string): string {
  return join(FOLDER, name)
}

/** Versions of the packages, by name, as they are asked for. */
export function peerVersions(): Readonly<Record<string, string>> {
  return (
    JSON.parse(readFileSync(join(FOLDER, 'package.json'), 'utf8')) as { dependencies: Record<string, string> }
  ).dependencies
}

/** Does nothing when nothing changed. */
export async function ensurePeersInstalled(): Promise<void> {
  if (isInstalled()) return
  await alone('bench peers', FOLDER, async () => {
    if (isInstalled()) return
    console.error('Installing the peers (npm ci in scripts/bench/peers) …')
    // Hocuspocus 4 asks for Node 22 and runs on 20 as well; npm would only warn.
    await promisify(execFile)('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: FOLDER })
    writeFileSync(STAMP, key())
  })
}

function isInstalled(): boolean {
  try {
    return readFileSync(STAMP, 'utf8') === key()
  } catch {
    // Never installed.
    return false
  }
}

function key(): string {
  const lock = createHash('sha256').update(readFileSync(join(FOLDER, 'package-lock.json')))
  return `${lock.digest('hex')} ${process.platform} ${process.arch}`
}
