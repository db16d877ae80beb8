/**
 * The house: which rooms there are, who may import whom, and which package lives where. Imports go inward only.
 *
 *       client/app                                 server/main.ts  server/cli.ts
 *    panels editor  canvas                                   app.ts
 *    api.ts     sync                            api           sync          workers
 *       │          │                                 doc             auth
 *       │          │                                store           pubsub
 *       └──────────┴──────────────► ot ◄──────────────┴───────────────┘
 */

export interface Room {
  readonly name: string
  /** Matches the paths of its files, relative to the root. The first room that matches has the file. */
  readonly files: RegExp
  /** Rooms it may import, beside itself. `*` stands for every room. */
  readonly mayImport: readonly string[]
  /** Rooms whose types, and nothing else, it may import. */
  readonly mayImportTypesOf?: readonly string[]
  /** Packages that live here. A name with a path stands for that part of the package only. `*`: any. */
  readonly packages: readonly string[]
  /** May it use what Node brings along? */
  readonly usesNode: boolean
  /** No clock, no randomness, no process, no console: the same input gives the same output, everywhere. */
  readonly isPure?: true
}

const LEAVES = 'server leaves'
const SOURCE = '\\.(?:ts|tsx|mts|cts|js|mjs|cjs)$'

function inFolder(folder: string): RegExp {
  return new RegExp(`^${folder}/`)
}

function server(name: string, rest: Omit<Room, 'name' | 'files' | 'usesNode'>): Room {
  return { name: `server/${name}`, files: inFolder(`server/${name}`), usesNode: true, ...rest }
}

function client(name: string, rest: Omit<Room, 'name' | 'files' | 'usesNode'>): Room {
  return { name: `client/${name}`, files: inFolder(`client/${name}`), usesNode: false, ...rest }
}

export const ROOMS: readonly Room[] = [
  {
    name: 'ot',
    files: inFolder('ot'),
    mayImport: [],
    packages: ['quill-delta', 'rich-text', 'ot-json1'],
    usesNode: false,
    isPure: true,
  },

  {
    name: LEAVES,
    files: /^server\/(?:config|log|metrics|clock)\.ts$/,
    mayImport: ['ot'],
    packages: ['pino'],
    usesNode: true,
  },
  server('store', {
    mayImport: ['ot', LEAVES],
    packages: ['pg', '@electric-sql/pglite', 'aws4fetch', 'sharedb-postgres'],
  }),
  server('pubsub', { mayImport: ['ot', LEAVES], packages: ['ioredis'] }),
  server('auth', { mayImport: ['ot', LEAVES], mayImportTypesOf: ['server/store'], packages: ['jose'] }),
  server('doc', {
    mayImport: ['ot', LEAVES],
    mayImportTypesOf: ['server/store', 'server/pubsub'],
    packages: [],
  }),
  server('sync', {
    mayImport: ['server/doc', 'server/auth', 'server/store', 'server/pubsub', 'ot', LEAVES],
    packages: ['sharedb', 'ws', '@teamwork/websocket-json-stream', 'sharedb-postgres'],
  }),
  server('api', {
    mayImport: ['server/doc', 'server/auth', 'ot', LEAVES],
    packages: ['express', 'zod', 'helmet'],
  }),
  server('workers', { mayImport: ['server/doc', 'server/store', 'ot', LEAVES], packages: [] }),
  {
    name: 'server root',
    files: /^server\/(?:app|node|time|drain|main|cli)\.ts$/,
    mayImport: [
      ...['store', 'pubsub', 'auth', 'doc', 'sync', 'api', 'workers'].map((name) => `server/${name}`),
      ...['ot', LEAVES],
    ],
    packages: [],
    usesNode: true,
  },

  client('sync', { mayImport: ['ot'], packages: ['sharedb/lib/client', 'idb'] }),
  client('editor', { mayImport: ['client/sync', 'ot'], packages: ['quill', 'quill-cursors'] }),
  client('history', { mayImport: ['ot'], packages: [] }),
  client('canvas', { mayImport: ['client/sync', 'ot'], packages: ['@xyflow/react'] }),
  { name: 'client/api.ts', files: /^client\/api\.ts$/, mayImport: ['ot'], packages: [], usesNode: false },
  client('panels', {
    mayImport: [
      ...['client/app', 'client/api.ts', 'client/editor', 'client/history', 'client/canvas', 'client/sync'],
      'ot',
    ],
    packages: ['react', 'react-dom'],
  }),
  {
    name: 'client build',
    files: /^client\/vite\.config\.ts$/,
    mayImport: [],
    packages: ['*'],
    usesNode: true,
  },
  {
    name: 'client/app',
    files: new RegExp(`^client/(?:app/.*|[^/]+)${SOURCE}`),
    mayImport: ['client/panels', 'client/api.ts', 'client/editor', 'client/canvas', 'client/sync', 'ot'],
    packages: ['react', 'react-dom', '@fontsource-variable/inter', '@fontsource-variable/source-serif-4'],
    usesNode: false,
  },

  {
    name: 'test/harness',
    files: inFolder('test/harness'),
    mayImport: ['*'],
    packages: ['*'],
    usesNode: true,
  },
  { name: 'test', files: inFolder('test'), mayImport: ['*'], packages: ['*'], usesNode: true },
  {
    name: 'scripts',
    files: inFolder('scripts'),
    mayImport: [
      ...['store', 'pubsub', 'auth', 'doc', 'sync', 'api', 'workers'].map((name) => `server/${name}`),
      ...['server root', LEAVES, 'client/sync', 'ot', 'test/harness'],
    ],
    packages: ['*'],
    usesNode: true,
  },
]

/** Files that are nobody's: other projects' programs, measured beside ours. */
export const NOT_OURS = /^scripts\/bench\/peers\//

/** A file that would have to be called one of these holds no idea of its own. */
export const NAMELESS =
  /(?:^|-)(?:utils?|helpers?|managers?|misc)$|^(?:common|shared|core|libs?|services?)$|-(?:lib|services?)$/

/** Longest file in server, client and ot. One that needs more holds two ideas. */
export const MAX_LINES = 400
export const MEASURED = /^(?:server|client|ot)\//
