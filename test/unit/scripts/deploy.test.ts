import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { load } from 'js-yaml'
import { OPTIONS } from '../../../server/config.ts'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const DEPLOY = join(ROOT, 'scripts', 'deploy')

interface Service {
  readonly image: string
  readonly build?: { readonly context: string; readonly dockerfile: string }
  readonly environment?: Readonly<Record<string, string>>
  readonly depends_on?: Readonly<Record<string, unknown>> | readonly string[]
  readonly stop_grace_period?: string
  readonly volumes?: readonly string[]
}

const compose = load(readFileSync(join(DEPLOY, 'compose.yaml'), 'utf8')) as {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}
const services = Object.entries(compose.services)
const nodes = services.filter(([name]) => name.startsWith('node-'))

function lines(file: string): string[] {
  return readFileSync(join(DEPLOY, file), 'utf8').split('\n')
}

describe('what is deployed', () => {
  it('has three nodes, a database, a bus and a balancer, none of which waits for something that is not there', () => {
    const names = services.map(([name]) => name)
    expect(names).to.deep.equal(['node-1', 'node-2', 'node-3', 'balancer', 'postgres', 'redis'])
    for (const [name, { depends_on = [] }] of services) {
      const needed = Array.isArray(depends_on) ? depends_on : Object.keys(depends_on)
      expect(names, name).to.include.members(needed)
    }
  })

  it('gives the nodes options that there are, and refers to its database and its bus by their names', () => {
    const known = OPTIONS.map(({ name }) => name as string)
    for (const [name, { environment = {} }] of nodes) {
      expect(known, name).to.include.members(Object.keys(environment))
      expect(new URL(environment.DATABASE_URL!.replace(/\$\{.*\}/, 'secret')).hostname).to.equal('postgres')
      expect(new URL(environment.REDIS_URL!).hostname).to.equal('redis')
    }
  })

  it('leaves a node the time it may take to end', () => {
    for (const [name, { environment = {}, stop_grace_period }] of nodes) {
      const graceS = Number(/^(\d+)s$/.exec(stop_grace_period ?? '')?.[1])
      expect(graceS, name).to.be.at.least(24 + Number(environment.DRAIN_SECONDS))
    }
  })

  it('is built and configured from files that there are', () => {
    for (const [name, { build, volumes = [] }] of services) {
      if (build !== undefined)
        expect(existsSync(join(DEPLOY, build.context, build.dockerfile)), name).to.equal(true)
      for (const volume of volumes) {
        const from = volume.split(':', 1)[0]!
        // The certificate is the operator's.
        if (from.startsWith('./') && from !== './certificates')
          expect(existsSync(join(DEPLOY, from)), from).to.equal(true)
        else if (!from.startsWith('.')) expect(compose.volumes).to.have.property(from)
      }
    }
  })

  it('builds the image from files that are let in and that there are', () => {
    const letIn = lines('Dockerfile.dockerignore').flatMap((line) =>
      line.startsWith('!') ? [line.slice(1)] : [],
    )
    for (const path of letIn) expect(existsSync(join(ROOT, path)), path).to.equal(true)
    const copied = lines('Dockerfile').flatMap(
      (line) => /^COPY (\w.*) \.\/$/.exec(line)?.[1]?.split(' ') ?? [],
    )
    expect(letIn).to.include.members(copied)
    const built = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).scripts.build as string
    for (const [, config] of built.matchAll(/(\w+)\/[\w.]+\.(?:json|ts)/g)) expect(letIn).to.include(config)
  })

  it('sends requests to the nodes it has, in both balancers', () => {
    const wanted = nodes.map(([name]) => `${name}:3000`)
    for (const file of ['haproxy.cfg', 'nginx.conf']) {
      const named = new Set(readFileSync(join(DEPLOY, file), 'utf8').match(/node-\d:\d+/g))
      expect([...named], file).to.deep.equal(wanted)
    }
  })
})
