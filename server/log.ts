/**
 * The log of the process: one JSON object a line, on standard error (standard output carries the address
 * line).
 *
 * Secrets are kept out twice. Fields that hold one are redacted by name; and whatever looks like a token or
 * like the password in a URL is struck out of the finished line, because messages of libraries quote what
 * they were given.
 */

import { type DestinationStream, destination, type Logger, pino } from 'pino'
import type { LogLevel } from './config.ts'

export type Log = Logger

const SECRET_FIELDS = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  'token',
  'ticket',
  'secret',
  'password',
  'jwtSecret',
  'secretAccessKey',
  'snapshotKeys',
  'databaseUrl',
  'redisUrls',
]

/** Redaction paths name their depth; nothing of ours logs a header deeper than `req.headers.cookie`. */
const REDACTED_PATHS = SECRET_FIELDS.flatMap((field) =>
  field.startsWith('[') ? [field, `*${field}`, `*.*${field}`] : [field, `*.${field}`, `*.*.${field}`],
)

const JWT = /eyJ[\w-]+\.[\w-]+\.[\w-]*/g
const PASSWORD_IN_URL = /(\w:\/\/)[^\s/"@]+@/g

/** @param stream  where the lines go; standard error when left out */
export function createLog(level: LogLevel, stream: DestinationStream = destination(2)): Log {
  return pino(
    {
      level,
      redact: { paths: REDACTED_PATHS, censor: '[hidden]' },
      hooks: { streamWrite: (line) => line.replace(JWT, '[hidden]').replace(PASSWORD_IN_URL, '$1[hidden]@') },
    },
    stream,
  )
}
