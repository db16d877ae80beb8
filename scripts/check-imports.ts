/**
 * Fails on an import against the table of import-table.ts, on an import cycle, on a file whose name says nothing, and on
 * one that is too long.
 *
 *   tsx scripts/check-imports.ts [root]
 */

import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Import, importsOf, isSign, isWord, type Token, tokensOf } from './import-scanner.ts'
import { MAX_LINES, MEASURED, NAMELESS, NOT_OURS, ROOMS, type Room } from './import-table.ts'

/** `file:line imports X: rule` */
export type Violation = string

export interface Finding {
  readonly files: number
  readonly imports: number
  readonly violations: readonly Violation[]
}

const FOLDERS = ['ot', 'server', 'client', 'test', 'scripts']
/** Without a file in each of these, nothing was checked. */
const REQUIRED = ['ot', 'server', 'client']
const SOURCE = /\.(?:ts|tsx|mts|cts|js|jsx|mjs|cjs)$/

interface Source {
  readonly path: string
  readonly lines: number
  readonly tokens: readonly Token[]
  readonly imports: readonly Import[]
  readonly unreadable: string | null
}

/** @param root  the folder of the repository */
export function checkImports(root: string): Finding {
  const sources = FOLDERS.flatMap((folder) => sourcesIn(root, folder))
  const empty = REQUIRED.filter((folder) => !sources.some((source) => source.path.startsWith(`${folder}/`)))
  return {
    files: sources.length,
    imports: sources.reduce((sum, source) => sum + source.imports.length, 0),
    violations: [
      ...empty.map((folder) => `${folder}/ holds no sources: nothing was checked there`),
      ...sources.flatMap(violationsIn),
      ...cyclesAmong(sources),
    ],
  }
}

function sourcesIn(root: string, folder: string): Source[] {
  return listed(root, folder)
    .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
    .filter((path) => SOURCE.test(path) && !NOT_OURS.test(path) && !path.includes('/node_modules/'))
    .sort()
    .map((path) => read(root, path))
}

function listed(root: string, folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

function read(root: string, path: string): Source {
  const text = readFileSync(join(root, path), 'utf8')
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  try {
    const tokens = tokensOf(text)
    return { path, lines, tokens, imports: importsOf(tokens), unreadable: null }
  } catch (error) {
    return { path, lines, tokens: [], imports: [], unreadable: String(error) }
  }
}

function violationsIn(source: Source): Violation[] {
  const { path } = source
  const room = roomOf(path)
  const found = [...namelessParts(path), ...tooLong(source)]
  if (source.unreadable !== null) found.push(`${path}:1 cannot be read: ${source.unreadable}`)
  if (room === undefined) found.push(`${path}:1 is in no room: see scripts/import-table.ts`)
  else {
    for (const each of source.imports) found.push(...against(room, path, each))
    if (room.isPure) found.push(...impurities(source))
  }
  return found
}

function roomOf(path: string): Room | undefined {
  return ROOMS.find((room) => room.files.test(path))
}

function namelessParts(path: string): Violation[] {
  const parts = path.split('/').map((part) => part.replace(/\..*$/, ''))
  return parts
    .filter((part) => NAMELESS.test(part))
    .map((part) => `${path}:1 is called ${part}: say what is in it`)
}

function tooLong({ path, lines }: Source): Violation[] {
  if (!MEASURED.test(path) || lines <= MAX_LINES) return []
  return [
    `${path}:${MAX_LINES + 1} is ${lines} lines long: a file holds one idea, in at most ${MAX_LINES} lines`,
  ]
}

function against(room: Room, path: string, { specifier, line, typeOnly }: Import): Violation[] {
  const violation = (rule: string) => [`${path}:${line} imports ${specifier ?? 'a computed name'}: ${rule}`]
  if (specifier === null) {
    return MEASURED.test(path) ? violation('what is imported must be written out') : []
  }
  if (isBuiltin(specifier)) {
    return room.usesNode ? [] : violation(`${room.name} runs where there is no Node`)
  }
  if (!specifier.startsWith('.')) {
    if (mayUse(room, specifier)) return []
    const homes = ROOMS.filter((other) => !other.packages.includes('*') && mayUse(other, specifier))
    return homes.length > 0
      ? violation(`this package lives only in ${homes.map((home) => home.name).join(' and ')}`)
      : violation('this package has no room: give it one in scripts/import-table.ts')
  }
  if (room.mayImport.includes('*')) return []
  const target = posix.join(posix.dirname(path), specifier)
  const owner = roomOf(target)
  if (owner === undefined) return SOURCE.test(target) ? violation('no room holds this file') : []
  if (owner === room) return []
  if (room.mayImport.includes(owner.name)) return []
  if (room.mayImportTypesOf?.includes(owner.name)) {
    return typeOnly ? [] : violation(`${room.name} may import types of ${owner.name} and nothing else`)
  }
  return violation(`${room.name} may not import ${owner.name}`)
}

function mayUse(room: Room, specifier: string): boolean {
  return room.packages.some((name) => name === '*' || specifier === name || specifier.startsWith(`${name}/`))
}

const IMPURE = new Set(['process', 'console', 'performance', 'crypto', 'fetch', 'globalThis', 'Intl'])
const TIMERS = new Set(['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'])

/** Uses of a clock, of randomness, or of the world, as far as names tell. */
function impurities({ path, tokens }: Source): Violation[] {
  return tokens.flatMap((token, index) => {
    const previous = tokens[index - 1]
    const next = tokens[index + 1]
    if (token.kind !== 'word' || isSign(previous, '.')) return []
    // A key of an object or type, or a parameter with a type of its own, only shares the name.
    const isName = isSign(next, ':') || isSign(next, '?')
    const member = isSign(next, '.') ? tokens[index + 2]?.text : undefined
    const isImpure =
      (IMPURE.has(token.text) && !isName) ||
      (TIMERS.has(token.text) && isSign(next, '(')) ||
      (token.text === 'Date' && (member === 'now' || isWord(previous, 'new'))) ||
      (token.text === 'Math' && member === 'random')
    const use = member === undefined ? token.text : `${token.text}.${member}`
    return isImpure ? [`${path}:${token.line} uses ${use}: ot is pure, no clock, no randomness, no I/O`] : []
  })
}

/** One violation per cycle of imports that are there when the program runs. */
function cyclesAmong(sources: readonly Source[]): Violation[] {
  const known = new Map(sources.map((source) => [source.path, source]))
  const targets = (source: Source) =>
    source.imports
      .filter(({ specifier, typeOnly }) => specifier?.startsWith('.') && !typeOnly)
      .map((each) => ({ line: each.line, path: posix.join(posix.dirname(source.path), each.specifier!) }))
      .filter(({ path }) => known.has(path))

  const violations: Violation[] = []
  const done = new Set<string>()
  const trail: string[] = []
  const visit = (path: string): void => {
    trail.push(path)
    for (const target of targets(known.get(path)!)) {
      const start = trail.indexOf(target.path)
      if (start >= 0) {
        const cycle = [...trail.slice(start), target.path].join(' → ')
        violations.push(`${path}:${target.line} imports ${target.path}: a cycle, ${cycle}`)
      } else if (!done.has(target.path)) visit(target.path)
    }
    trail.pop()
    done.add(path)
  }
  for (const source of sources) if (!done.has(source.path)) visit(source.path)
  return violations
}

const self = fileURLToPath(import.meta.url)
if (process.argv[1] === self) {
  const { files, imports, violations } = checkImports(process.argv[2] ?? dirname(dirname(self)))
  for (const violation of violations) console.error(violation)
  const outcome = violations.length === 0 ? 'all by the table' : `${violations.length} against the table`
  console.log(`${imports} imports in ${files} files, ${outcome}`)
  process.exitCode = violations.length === 0 ? 0 : 1
}
