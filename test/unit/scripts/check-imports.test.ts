import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { checkImports } from '../../../scripts/check-imports.ts'

const ROOT = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))))

/** The least a house must have to be checked at all. */
const WALLS = { 'ot/a.ts': '', 'server/app.ts': '', 'client/app.tsx': '' }

describe('the import table', () => {
  let root: string

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'imports-'))
  })
  afterEach(() => {
    rmSync(root, { recursive: true })
  })

  function violations(files: Readonly<Record<string, string>>): readonly string[] {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return checkImports(root).violations
  }

  /** One file whose second line imports something. */
  function importing(path: string, what: string, types = false): readonly string[] {
    return violations({ ...WALLS, [path]: `//\nimport ${types ? 'type ' : ''}* as a from '${what}'\n` })
  }

  const ALLOWED = [
    ['server/doc/a.ts', '../../ot/b.ts'],
    ['server/doc/a.ts', './b.ts'],
    ['server/doc/a.ts', '../clock.ts'],
    ['server/store/a.ts', 'pg'],
    ['server/sync/a.ts', '../store/b.ts'],
    ['server/sync/a.ts', 'sharedb/lib/client'],
    ['server/sync/a.ts', 'node:crypto'],
    ['server/api/a.ts', '../auth/b.ts'],
    ['server/workers/a.ts', '../store/b.ts'],
    ['server/log.ts', '../ot/b.ts'],
    ['server/main.ts', './app.ts'],
    ['server/cli.ts', './store/b.ts'],
    ['client/sync/a.ts', 'sharedb/lib/client'],
    ['client/editor/a.ts', '../sync/b.ts'],
    ['client/editor/a.ts', 'quill/dist/quill.snow.css'],
    ['client/panels/a.tsx', '../api.ts'],
    ['client/app.tsx', './panels/b.tsx'],
    ['client/app.tsx', 'react-dom/client'],
    ['client/vite.config.ts', 'vite'],
    ['test/unit/a.test.ts', '../../server/store/b.ts'],
    ['test/unit/a.test.ts', 'sinon'],
    ['scripts/a.ts', '../server/config.ts'],
    ['scripts/a.ts', '../test/harness/b.ts'],
    ['ot/a.ts', 'quill-delta'],
  ] as const
  for (const [path, what] of ALLOWED) {
    it(`lets ${path} import ${what}`, () => {
      expect(importing(path, what)).to.deep.equal([])
    })
  }

  const FORBIDDEN = [
    ['ot/a.ts', '../server/log.ts', 'ot may not import server leaves'],
    ['ot/a.ts', 'node:crypto', 'ot runs where there is no Node'],
    ['ot/a.ts', 'fs', 'ot runs where there is no Node'],
    ['ot/a.ts', 'pg', 'this package lives only in server/store'],
    ['server/clock.ts', './store/b.ts', 'server leaves may not import server/store'],
    ['server/store/a.ts', '../doc/b.ts', 'server/store may not import server/doc'],
    ['server/store/a.ts', '../pubsub/b.ts', 'server/store may not import server/pubsub'],
    ['server/doc/a.ts', '../auth/b.ts', 'server/doc may not import server/auth'],
    ['server/doc/a.ts', 'sharedb', 'this package lives only in server/sync'],
    ['server/api/a.ts', '../store/b.ts', 'server/api may not import server/store'],
    ['server/api/a.ts', '../sync/b.ts', 'server/api may not import server/sync'],
    ['server/sync/a.ts', '../api/b.ts', 'server/sync may not import server/api'],
    ['server/sync/a.ts', 'express', 'this package lives only in server/api'],
    ['server/sync/a.ts', '../app.ts', 'server/sync may not import server root'],
    ['server/workers/a.ts', '../auth/b.ts', 'server/workers may not import server/auth'],
    ['server/api/a.ts', '../../client/sync/b.ts', 'server/api may not import client/sync'],
    ['server/api/a.ts', '../../test/harness/b.ts', 'server/api may not import test/harness'],
    ['server/app.ts', 'pg', 'this package lives only in server/store'],
    ['server/api/a.ts', 'left-pad', 'this package has no room: give it one in scripts/import-table.ts'],
    ['client/sync/a.ts', 'sharedb', 'this package lives only in server/sync'],
    ['client/sync/a.ts', '../api.ts', 'client/sync may not import client/api.ts'],
    ['client/editor/a.ts', 'react', 'this package lives only in client/panels and client/app'],
    ['client/editor/a.ts', '../panels/b.tsx', 'client/editor may not import client/panels'],
    ['client/panels/a.tsx', 'node:path', 'client/panels runs where there is no Node'],
    ['client/panels/a.tsx', '../../server/log.ts', 'client/panels may not import server leaves'],
    ['scripts/a.ts', '../test/unit/b.ts', 'scripts may not import test'],
    ['scripts/a.ts', '../client/app.tsx', 'scripts may not import client/app'],
    ['server/api/a.ts', '../../elsewhere/b.ts', 'no room holds this file'],
  ] as const
  for (const [path, what, rule] of FORBIDDEN) {
    it(`keeps ${path} from importing ${what}`, () => {
      expect(importing(path, what)).to.deep.equal([`${path}:2 imports ${what}: ${rule}`])
    })
  }

  it('gives doc and auth the types of the store, and nothing that runs', () => {
    for (const room of ['doc', 'auth']) {
      expect(importing(`server/${room}/a.ts`, '../store/b.ts', true)).to.deep.equal([])
      expect(importing(`server/${room}/a.ts`, '../store/b.ts')).to.deep.equal([
        `server/${room}/a.ts:2 imports ../store/b.ts: server/${room} may import types of server/store and nothing else`,
      ])
      rmSync(join(root, `server/${room}`), { recursive: true })
    }
  })

  it('forbids a type where it forbids the rest', () => {
    expect(importing('server/api/a.ts', '../store/b.ts', true)).to.have.length(1)
    expect(importing('client/editor/b.ts', 'react', true)).to.have.length(2)
  })

  it('wants every name written out, except in tests and scripts', () => {
    const dynamic = 'export const a = (name: string) => import(name)\n'
    expect(violations({ ...WALLS, 'server/api/a.ts': dynamic, 'test/a.ts': dynamic })).to.deep.equal([
      'server/api/a.ts:1 imports a computed name: what is imported must be written out',
    ])
  })

  for (const use of [
    'Date.now()',
    'new Date(0)',
    'Math.random()',
    'process.env',
    'console.log(1)',
    'performance.now()',
    'crypto.randomUUID()',
    'setTimeout(f, 1)',
  ]) {
    it(`keeps ${use} out of ot`, () => {
      const found = violations({ ...WALLS, 'ot/a.ts': `//\nexport const a = ${use}\n` })
      expect(found).to.have.length(1)
      expect(found[0]).to.match(/^ot\/a\.ts:2 uses .*: ot is pure/)
    })
  }

  it('tells a use from a name, in ot', () => {
    const text =
      "export const a = { process: 1, b: c.console, d: Math.max(1) } // Date.now()\nexport const e = 'process.env'\n"
    expect(violations({ ...WALLS, 'ot/a.ts': text })).to.deep.equal([])
  })

  it('names a cycle with every file in it', () => {
    const found = violations({
      ...WALLS,
      'ot/a.ts': "import './b.ts'",
      'ot/b.ts': "import './c.ts'",
      'ot/c.ts': "\nimport './a.ts'",
    })
    expect(found).to.deep.equal(['ot/c.ts:2 imports ot/a.ts: a cycle, ot/a.ts → ot/b.ts → ot/c.ts → ot/a.ts'])
  })

  it('sees no cycle in types, which are gone when the program runs', () => {
    const files = { 'ot/a.ts': "import './b.ts'", 'ot/b.ts': "import type { A } from './a.ts'" }
    expect(violations({ ...WALLS, ...files })).to.deep.equal([])
  })

  for (const name of ['utils.ts', 'text-util.ts', 'helpers.ts', 'doc-manager.ts', 'core.ts', 'misc.ts']) {
    it(`keeps anything from being called ${name}`, () => {
      const part = name.replace('.ts', '')
      expect(violations({ ...WALLS, [`ot/${name}`]: '' })).to.deep.equal([
        `ot/${name}:1 is called ${part}: say what is in it`,
      ])
    })
  }

  it('keeps folders from such names too, and lets a service worker be one', () => {
    const files = { 'server/api/shared/a.ts': '', 'client/service-worker.ts': '' }
    expect(violations({ ...WALLS, ...files })).to.deep.equal([
      'server/api/shared/a.ts:1 is called shared: say what is in it',
    ])
  })

  it('wants at most 400 lines in a file of the product', () => {
    const files = {
      'ot/b.ts': '//\n'.repeat(400),
      'ot/c.ts': '//\n'.repeat(401),
      'test/a.ts': '//\n'.repeat(401),
    }
    expect(violations({ ...WALLS, ...files })).to.deep.equal([
      'ot/c.ts:401 is 401 lines long: a file holds one idea, in at most 400 lines',
    ])
  })

  it('wants every file in a room', () => {
    const found = violations({ ...WALLS, 'server/attic/a.ts': '' })
    expect(found).to.deep.equal(['server/attic/a.ts:1 is in no room: see scripts/import-table.ts'])
  })

  it('does not pass over what it cannot read', () => {
    const found = violations({ ...WALLS, 'ot/a.ts': 'const a = `' })
    expect(found).to.have.length(1)
    expect(found[0]).to.match(/^ot\/a\.ts:1 cannot be read: .*never ends/)
  })

  it('is not content with an empty house', () => {
    expect(violations({ 'ot/a.ts': '' })).to.deep.equal([
      'server/ holds no sources: nothing was checked there',
      'client/ holds no sources: nothing was checked there',
    ])
  })

  it('holds for this repository', () => {
    const { files, imports, violations } = checkImports(ROOT)
    expect(violations).to.deep.equal([])
    expect(files).to.be.greaterThan(50)
    expect(imports).to.be.greaterThan(files)
  })
})
