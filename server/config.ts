/**
 * The options of the server, read from environment variables once, at the start.
 *
 * All faults are reported together, so that a deployment is mended in one go, and none of them repeats the
 * value of an option that is a secret or holds one.
 */

export type SignInMode = 'local' | 'token'

export const OP_LOGS = ['copperplate', 'sharedb-postgres'] as const
export type OpLogKind = (typeof OP_LOGS)[number]

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export interface Config {
  /** 0 takes a free one. */
  readonly port: number
  readonly host: string
  /** null: Postgres runs inside this process, under `dataDir`. */
  readonly databaseUrl: string | null
  /** One server, or several nodes of a cluster. Empty: this is the only node. */
  readonly redisUrls: readonly string[]
  readonly dataDir: string
  /** How long the node serves on, milliseconds, after it was told to end. */
  readonly drainMs: number
  /** null: people choose who they are, which is for one machine only. */
  readonly jwtSecret: string | null
  /** `local` when there is no `jwtSecret`. */
  readonly signIn: SignInMode
  readonly allowedOrigins: readonly string[]
  readonly opLog: OpLogKind
  readonly logLevel: LogLevel
  /** Keys that snapshots are sealed with, by name; the first one seals. Empty: the database's own key does. */
  readonly snapshotKeys: readonly (readonly [name: string, key: Uint8Array])[]
  /** Where snapshots are kept; null: in the database. */
  readonly s3: S3Bucket | null
}

export interface S3Bucket {
  readonly endpoint: string
  readonly bucket: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

interface Option {
  readonly name: string
  /** What is used when the variable is unset or empty; null when there is no such value. */
  readonly default: string | null
  readonly meaning: string
  readonly example: string
}

/** Every option there is. The table in README.md is rendered from this one. */
export const OPTIONS = [
  {
    name: 'PORT',
    default: '3000',
    meaning: 'Port to listen on. `0` takes a free one; the address is printed at the start.',
    example: '8080',
  },
  {
    name: 'HOST',
    default: '127.0.0.1',
    meaning: 'Address to listen on. Anything but this machine itself needs `JWT_SECRET`.',
    example: '0.0.0.0',
  },
  {
    name: 'DATABASE_URL',
    default: null,
    meaning: 'Postgres 15 or newer. Unset: Postgres runs inside the process, under `DATA_DIR`.',
    example: 'postgres://copperplate:secret@db:5432/copperplate',
  },
  {
    name: 'REDIS_URL',
    default: null,
    meaning:
      'Redis that joins several nodes. Several, separated by commas, are nodes of one Redis cluster ' +
      '(Redis 7 or newer), some of them or all. Unset: this is the only node.',
    example: 'redis://redis-1:6379,redis://redis-2:6379',
  },
  {
    name: 'DATA_DIR',
    default: './data',
    meaning: 'Folder of the embedded database.',
    example: '/var/lib/copperplate',
  },
  {
    name: 'DRAIN_SECONDS',
    default: '0',
    meaning:
      'How long a node that was told to end serves on while `/readyz` answers 503: longer than the load balancer ' +
      'takes to notice.',
    example: '10',
  },
  {
    name: 'JWT_SECRET',
    default: null,
    meaning:
      'Key of the HS256 tokens people sign in with, at least 32 characters, the same on every node. ' +
      'Unset: whoever opens the page chooses who they are, on this machine only.',
    example: 'the output of `openssl rand -base64 48`',
  },
  {
    name: 'ALLOWED_ORIGINS',
    default: null,
    meaning:
      'Exact origins, separated by commas, a browser may come from besides the address of the server itself. ' +
      'Needed when a proxy changes the `Host` header.',
    example: 'https://letters.example.com',
  },
  {
    name: 'OP_LOG',
    default: 'copperplate',
    meaning:
      'Where ops are kept: `copperplate`, or `sharedb-postgres` for the stock ShareDB adapter ' +
      '(needs `DATABASE_URL`).',
    example: 'sharedb-postgres',
  },
  {
    name: 'SNAPSHOT_KEYS',
    default: null,
    meaning:
      'Keys that snapshots of letters are sealed with, as `name:key`, separated by commas: the first one seals, all of ' +
      'them open. A key is 32 bytes in base64, a name letters, digits and dashes. Unset: a key that is in the database.',
    example: '`2026:` and the output of `openssl rand -base64 32`',
  },
  {
    name: 'S3_ENDPOINT',
    default: null,
    meaning:
      'Address of S3, or of what speaks like it and knows SSE-C: snapshots of letters are kept there. `https`, but on this ' +
      'machine. Unset: they are kept in the database.',
    example: 'https://s3.eu-central-1.amazonaws.com',
  },
  {
    name: 'S3_BUCKET',
    default: null,
    meaning: 'The bucket there. It must exist, and be for one database only.',
    example: 'copperplate-snapshots',
  },
  { name: 'S3_REGION', default: 'us-east-1', meaning: 'Its region.', example: 'eu-central-1' },
  {
    name: 'S3_ACCESS_KEY_ID',
    default: null,
    meaning: 'Who may read, write and delete objects of the bucket.',
    example: 'AKIAIOSFODNN7EXAMPLE',
  },
  {
    name: 'S3_SECRET_ACCESS_KEY',
    default: null,
    meaning: 'The secret that belongs to it.',
    example: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  },
  {
    name: 'LOG_LEVEL',
    default: 'info',
    meaning:
      'Least severe line that is logged: `fatal`, `error`, `warn`, `info`, `debug`, `trace`, `silent`.',
    example: 'debug',
  },
] as const satisfies readonly Option[]

export type OptionName = (typeof OPTIONS)[number]['name']

const MIN_SECRET_LENGTH = 32
const SNAPSHOT_KEY_BYTES = 32
/** Those without a default: all of them, or none. */
const S3_OPTIONS = ['S3_ENDPOINT', 'S3_BUCKET', 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'] as const

/** The environment does not make a usable configuration. The message holds one sentence per fault. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: readonly string[]

  constructor(faults: readonly string[]) {
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`
    super(`The configuration has ${count}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`)
    this.faults = faults
  }
}

/**
 * Reads the options from the environment. Variables that are none of `OPTIONS` are ignored.
 *
 * @throws ConfigError  naming every fault, and what to do about it
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const faults: string[] = []

  /** The value of an option, or its default; null when it has neither. */
  function value(name: OptionName): string | null {
    return env[name]?.trim() || OPTIONS.find((option) => option.name === name)!.default
  }

  function oneOf<T extends string>(name: OptionName, allowed: readonly T[]): T {
    const found = allowed.find((candidate) => candidate === value(name))
    if (found === undefined) faults.push(`${name} must be one of ${allowed.join(', ')}.`)
    return found ?? allowed[0]!
  }

  /** The parts of an option that holds several, separated by commas. */
  function list(name: OptionName): string[] {
    const parts = (value(name) ?? '').split(',').map((part) => part.trim())
    return parts.filter((part) => part !== '')
  }

  function checkUrl(name: OptionName, text: string, protocols: readonly string[]): void {
    if (URL.canParse(text) && protocols.includes(new URL(text).protocol)) return
    faults.push(`${name} must be a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}.`)
  }

  const port = value('PORT')!
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    faults.push('PORT must be a whole number from 0 to 65535.')
  }

  const drainSeconds = value('DRAIN_SECONDS')!
  if (!/^\d{1,4}$/.test(drainSeconds)) faults.push('DRAIN_SECONDS must be a whole number from 0 to 9999.')

  const jwtSecret = value('JWT_SECRET')
  if (jwtSecret !== null && jwtSecret.length < MIN_SECRET_LENGTH) {
    faults.push(
      `JWT_SECRET is too short to be safe: give it at least ${MIN_SECRET_LENGTH} characters, ` +
        'for example the output of openssl rand -base64 48.',
    )
  }

  const host = value('HOST')!
  if (jwtSecret === null && !isLoopback(host)) {
    faults.push(
      'JWT_SECRET is not set, so whoever opens the page chooses who they are, and HOST lets other machines in: ' +
        'set JWT_SECRET, or leave HOST at 127.0.0.1.',
    )
  }

  const allowedOrigins = list('ALLOWED_ORIGINS')
  for (const origin of allowedOrigins) {
    if (!isOrigin(origin)) {
      faults.push(
        `ALLOWED_ORIGINS holds ${JSON.stringify(origin)}, which is not an exact origin: ` +
          'write it like https://letters.example.com, without a path, a wildcard or a final slash.',
      )
    }
  }

  const databaseUrl = value('DATABASE_URL')
  if (databaseUrl !== null) checkUrl('DATABASE_URL', databaseUrl, ['postgres:', 'postgresql:'])
  const redisUrls = list('REDIS_URL')
  for (const url of redisUrls) checkUrl('REDIS_URL', url, ['redis:', 'rediss:'])
  const opLog = oneOf('OP_LOG', OP_LOGS)
  if (opLog === 'sharedb-postgres' && databaseUrl === null) {
    faults.push('OP_LOG=sharedb-postgres keeps its ops in a Postgres server: set DATABASE_URL.')
  }

  const snapshotKeys = list('SNAPSHOT_KEYS').flatMap((part) => {
    const [, name, text = ''] = /^([A-Za-z0-9-]{1,40}):(.*)$/.exec(part) ?? []
    const key = Buffer.from(text, 'base64')
    if (name !== undefined && key.length === SNAPSHOT_KEY_BYTES && name !== 'database')
      return [[name, key] as const]
    // Without its value: it is a secret.
    faults.push(
      'SNAPSHOT_KEYS must hold parts like 2026:key, separated by commas, where each key is the output of ' +
        'openssl rand -base64 32 and no name is "database".',
    )
    return []
  })
  if (new Set(snapshotKeys.map(([name]) => name)).size < snapshotKeys.length) {
    faults.push('SNAPSHOT_KEYS names a key twice.')
  }

  const s3 = {
    endpoint: value('S3_ENDPOINT') ?? '',
    bucket: value('S3_BUCKET') ?? '',
    region: value('S3_REGION')!,
    accessKeyId: value('S3_ACCESS_KEY_ID') ?? '',
    secretAccessKey: value('S3_SECRET_ACCESS_KEY') ?? '',
  }
  const missing = S3_OPTIONS.filter((name) => value(name) === null)
  if (missing.length > 0 && missing.length < S3_OPTIONS.length) {
    faults.push(`${missing.join(' and ')} must be set too, or none of ${S3_OPTIONS.join(', ')}.`)
  }
  if (s3.endpoint !== '') checkUrl('S3_ENDPOINT', s3.endpoint, ['https:', 'http:'])
  if (/^http:/.test(s3.endpoint) && URL.canParse(s3.endpoint) && !isLoopback(new URL(s3.endpoint).hostname)) {
    faults.push('S3_ENDPOINT must be https on another machine: keys are sent there.')
  }

  const config: Config = {
    port: Number(port),
    host,
    databaseUrl,
    redisUrls,
    dataDir: value('DATA_DIR')!,
    drainMs: 1_000 * Number(drainSeconds),
    jwtSecret,
    signIn: jwtSecret === null ? 'local' : 'token',
    allowedOrigins,
    opLog,
    logLevel: oneOf('LOG_LEVEL', LOG_LEVELS),
    snapshotKeys,
    s3: missing.length === 0 ? s3 : null,
  }
  if (faults.length > 0) throw new ConfigError(faults)
  return Object.freeze(config)
}

/** What may be said of a configuration in a log: where things are, and no secret. */
export function describeConfig(config: Config): Record<string, unknown> {
  return {
    host: config.host,
    port: config.port,
    database:
      config.databaseUrl === null ? `embedded in ${config.dataDir}` : new URL(config.databaseUrl).host,
    redis: config.redisUrls.map((url) => new URL(url).host),
    signIn: config.signIn,
    allowedOrigins: config.allowedOrigins,
    opLog: config.opLog,
    snapshots: config.s3 === null ? 'in the database' : new URL(config.s3.endpoint).host,
  }
}

/** True when only programs on this machine can reach that address. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1')
  return name === 'localhost' || name === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(name)
}

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text
}

/** The options as a Markdown table, for README.md. */
export function optionTable(): string {
  const code = (text: string) => (text.includes('`') ? text : `\`${text}\``)
  const rows = OPTIONS.map((option) => {
    const fallback = option.default === null ? 'unset' : code(option.default)
    return `| ${code(option.name)} | ${fallback} | ${option.meaning} | ${code(option.example)} |`
  })
  return ['| Option | Default | Meaning | Example |', '|---|---|---|---|', ...rows].join('\n')
}
