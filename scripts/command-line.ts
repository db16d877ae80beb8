/** What was asked for on the command line of a script. Whatever cannot be understood is a `UsageError`, whose message says why. */

import { parseArgs } from 'node:util'

export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/**
 * @param texts  options that take a value
 * @param flags  options that do not
 * @returns what was given, by option
 * @throws UsageError  for an option that is not among them, or lacks its value
 */
export function given<T extends string, F extends string = never>(
  args: readonly string[],
  texts: readonly T[],
  flags: readonly F[] = [],
): { readonly [option in T]?: string } & { readonly [option in F]?: boolean } {
  const options = Object.fromEntries([
    ...texts.map((name) => [name, { type: 'string' }] as const),
    ...flags.map((name) => [name, { type: 'boolean' }] as const),
  ])
  try {
    return parseArgs({ args: [...args], options }).values as ReturnType<typeof given<T, F>>
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

/** @throws UsageError */
export function whole(option: string, text: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  const end = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`
  throw new UsageError(`${option} takes a whole number from ${least}${end}.`)
}

/** @throws UsageError */
export function between(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (value >= least && value <= most) return value
  throw new UsageError(`${option} takes a number from ${least} to ${most}.`)
}

/**
 * @param list  names, with commas between them
 * @returns those of `known` that are in it
 * @throws UsageError
 */
export function chosen<T extends string>(option: string, list: string, known: readonly T[]): T[] {
  const names = list.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !known.some((candidate) => candidate === name))
  if (unknown.length === 0) return known.filter((name) => names.includes(name))
  throw new UsageError(`${option} does not know ${unknown.join(', ')}; there are ${known.join(', ')}.`)
}
