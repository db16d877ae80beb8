/** A certificate for 127.0.0.1 that signs itself: what a balancer shows, and what its clients trust. */

import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findOpenssl } from './programs.ts'
import { scratchFolder } from './scratch.ts'

export interface Certificate {
  /** PEM, without the key. */
  readonly ca: string
  /** A file with the certificate and its key, PEM. */
  readonly path: string
}

let made: Promise<Certificate> | undefined

/** The one all tests of this process share. Its folder goes with the run. */
export function certificate(): Promise<Certificate> {
  made ??= make()
  return made
}

async function make(): Promise<Certificate> {
  const openssl = findOpenssl()
  if (openssl === null) throw new Error('There is no openssl on this machine.')
  const folder = scratchFolder('tls')
  const [cert, key, path] = ['cert.pem', 'key.pem', 'tls.pem'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  await promisify(execFile)(openssl, [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert],
  ])
  const ca = readFileSync(cert, 'utf8')
  writeFileSync(path, ca + readFileSync(key, 'utf8'), { mode: 0o600 })
  return { ca, path }
}
