import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A new empty folder, inside the folder of this test run (`TEST_FOLDER`), which is removed when the run ends. Other
 * users may pass through it: a Postgres started by root runs as somebody else.
 *
 * Short, because a Unix socket inside it may have a path of at most 107 bytes.
 */
export function scratchFolder(name: string): string {
  const folder = mkdtempSync(join(process.env.TEST_FOLDER ?? tmpdir(), `${name}-`))
  chmodSync(folder, 0o711)
  return folder
}
