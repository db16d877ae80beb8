/**
 * A real S3 with SSE-C: Ceph's gateway, on one monitor and one store in memory. Up in two seconds on an idle machine.
 *
 * No program asks who the others are (`auth … none`), so all listen on 127.0.0.1 only. The monitor is born with a map that has
 * the one store in it, so nobody needs to enter it, and proposes at once instead of waiting for more to
 * propose, which saves ten seconds.
 */

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { AwsClient } from 'aws4fetch'
import type { S3Bucket } from '../../server/config.ts'
import { until } from './deadline.ts'
import { freePort } from './free-port.ts'
import { endsWithTheRun } from './leftovers.ts'
import { findRadosgw } from './programs.ts'
import { scratchFolder } from './scratch.ts'

/** On a machine that others use. */
const START_MS = 60_000

const CREDENTIALS = { region: 'us-east-1', accessKeyId: 'COPPERPLATE', secretAccessKey: 'not a secret' }

let shared: Promise<string> | undefined

/** A new bucket, in the S3 that all tests of this process share. */
export async function freshBucket(): Promise<S3Bucket> {
  shared ??= start()
  const endpoint = await shared
  const bucket = randomUUID()
  const client = new AwsClient({ ...CREDENTIALS, service: 's3' })
  const { ok, status } = await client.fetch(`${endpoint}/${bucket}`, { method: 'PUT' })
  if (!ok) throw new Error(`S3 makes no bucket: ${status}`)
  return { endpoint, bucket, ...CREDENTIALS }
}

/** @returns its address */
async function start(): Promise<string> {
  const programs = findRadosgw()
  if (programs === null) throw new Error('There are no radosgw, ceph-mon and ceph-osd on this machine.')
  const folder = scratchFolder('s3')
  const [monitor, gateway] = [await freePort(), await freePort()]
  const [map, stores] = [join(folder, 'monitors'), join(folder, 'stores')]
  const config = join(folder, 'ceph.conf')
  const fsid = randomUUID()
  writeFileSync(config, configuration(fsid, folder, monitor, gateway))
  for (const name of ['mon', 'osd']) mkdirSync(join(folder, name))

  const run = (program: string, ...args: string[]) =>
    promisify(execFile)(join(programs, program), [...args, '-c', config], { timeout: START_MS })
  await run('monmaptool', '--create', '--fsid', fsid, '--addv', 'a', `[v1:127.0.0.1:${monitor}]`, map)
  await run('osdmaptool', '--createsimple', '1', stores)
  await run('ceph-mon', '-i', 'a', '--mkfs', '--monmap', map, '--osdmap', stores)
  await run('ceph-osd', '-i', '0', '--mkfs', '--no-mon-config')

  let output = ''
  const children: ChildProcess[] = []
  endsWithTheRun('S3', async () => {
    for (const child of children) await end(child)
    rmSync(folder, { recursive: true, force: true })
  })
  const begin = (program: string, ...args: string[]) => {
    const child = spawn(join(programs, program), [...args, '-c', config, '-f'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output = (output + chunk).slice(-4_000)
      })
    }
    children.push(child)
  }
  begin('ceph-mon', '-i', 'a')
  begin('ceph-osd', '-i', '0')
  begin('radosgw', '-n', 'client.admin')
  const address = `http://127.0.0.1:${gateway}`
  const isEnded = () => children.some(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)
  await until('S3 to answer', async () => isEnded() || (await answers(address)), {
    ms: START_MS,
    seen: () => output,
  })
  if (isEnded()) throw new Error(`S3 ended at its start:\n${output}`)
  const { accessKeyId, secretAccessKey } = CREDENTIALS
  await run(
    'radosgw-admin',
    ...['user', 'create', '--uid', 'copperplate', '--display-name', 'Copperplate'],
    ...['--access-key', accessKeyId, '--secret-key', secretAccessKey],
  )
  return address
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(address)).ok
  } catch {
    return false
  }
}

function configuration(fsid: string, folder: string, monitor: number, gateway: number): string {
  const settings = {
    fsid,
    mon_host: `v1:127.0.0.1:${monitor}`,
    mon_initial_members: 'a',
    public_addr: '127.0.0.1',
    cluster_addr: '127.0.0.1',
    auth_cluster_required: 'none',
    auth_service_required: 'none',
    auth_client_required: 'none',
    ms_bind_msgr2: false,

    mon_data: join(folder, 'mon'),
    osd_data: join(folder, 'osd'),
    rgw_data: folder,
    run_dir: folder,
    admin_socket: '',
    log_file: '',
    log_to_stderr: true,

    osd_objectstore: 'memstore',
    memstore_device_bytes: 256 * 1024 * 1024,
    osd_pool_default_size: 1,
    osd_pool_default_min_size: 1,
    osd_pool_default_pg_num: 1,
    osd_pool_default_pg_autoscale_mode: 'off',
    osd_crush_chooseleaf_type: 0,
    // It would say so before it knows to whom, now and then, and end when it is told that it is wrong.
    osd_crush_update_on_start: false,
    osd_class_update_on_start: false,
    mon_allow_pool_size_one: true,
    paxos_propose_interval: 0.02,
    paxos_min_wait: 0.01,

    rgw_frontends: `beast endpoint=127.0.0.1:${gateway} tcp_nodelay=1`,
    rgw_enable_apis: 's3',
    // Otherwise SSE-C is for https only.
    rgw_crypt_require_ssl: false,
    rgw_thread_pool_size: 16,
    rgw_run_sync_thread: false,
    rgw_enable_gc_threads: false,
    rgw_enable_lc_threads: false,
    rgw_enable_quota_threads: false,
    rgw_dynamic_resharding: false,
  }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = ${value}`)
  return `[global]\n${lines.join('\n')}\n`
}
