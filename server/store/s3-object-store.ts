/**
 * Objects in a bucket of S3, or of what speaks like it.
 *
 * S3 encrypts them once more, each with a key that comes with the request and that it does not keep (SSE-C): who gets hold
 * of the bucket and of the right to read it has nothing yet.
 */

import { createHash } from 'node:crypto'
import { AwsClient } from 'aws4fetch'
import type { S3Bucket } from '../config.ts'
import type { ObjectStore } from './object-store.ts'

/** All attempts together. Whoever reads waits for it before the log is replayed instead. */
const GET_MS = 5_000
const CHANGE_MS = 10_000
const RETRIES = 3

/** S3 does not do what it was asked. The message has its code, and neither key nor content. */
export class S3Error extends Error {
  override readonly name = 'S3Error'
}

interface Answer {
  readonly status: number
  readonly bytes: Uint8Array
}

/** @param keyOf  the key of an object, 32 bytes */
export function s3ObjectStore(
  { endpoint, bucket, ...credentials }: S3Bucket,
  keyOf: (name: string) => Uint8Array,
): ObjectStore {
  const client = new AwsClient({ ...credentials, service: 's3', retries: RETRIES })
  const folder = `${endpoint.replace(/\/+$/, '')}/${bucket}`

  async function ask(method: string, name: string, ms: number, more: RequestInit = {}): Promise<Answer> {
    const response = await client.fetch(`${folder}/${name}`, {
      ...more,
      method,
      signal: AbortSignal.timeout(ms),
    })
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) }
  }

  return {
    async put(name, bytes) {
      const answer = await ask('PUT', name, CHANGE_MS, { body: bytes, headers: withKey(keyOf(name)) })
      if (answer.status !== 200) throw refused('put', name, answer)
    },

    async get(name) {
      const answer = await ask('GET', name, GET_MS, { headers: withKey(keyOf(name)) })
      if (answer.status === 200) return answer.bytes
      // 404 also says that there is no such bucket.
      if (codeOf(answer) === 'NoSuchKey') return null
      throw refused('get', name, answer)
    },

    async delete(name) {
      const answer = await ask('DELETE', name, CHANGE_MS)
      if (answer.status !== 204) throw refused('delete', name, answer)
    },
  }
}

function withKey(key: Uint8Array): Record<string, string> {
  const prefix = 'x-amz-server-side-encryption-customer'
  return {
    [`${prefix}-algorithm`]: 'AES256',
    [`${prefix}-key`]: Buffer.from(key).toString('base64'),
    [`${prefix}-key-md5`]: createHash('md5').update(key).digest('base64'),
  }
}

function refused(verb: string, name: string, answer: Answer): S3Error {
  return new S3Error(`S3 does not ${verb} ${name}: ${answer.status} ${codeOf(answer) ?? ''}`)
}

/** What went wrong, in the words of S3. */
function codeOf({ bytes }: Answer): string | undefined {
  return /<Code>(\w+)<\/Code>/.exec(Buffer.from(bytes).toString())?.[1]
}
