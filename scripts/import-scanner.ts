/**
 * Finds what a TypeScript or JavaScript source imports, without a compiler.
 *
 * TypeScript 7 has no API to parse with, so this reads tokens: enough of the grammar to know what is code and what is
 * a comment, a string, a template or a regular expression, and no more. Text inside JSX is read as code, in which an
 * apostrophe opens a string; a string therefore ends at the end of its line at the latest.
 */

export interface Token {
  readonly kind: 'word' | 'string' | 'sign'
  readonly text: string
  readonly line: number
}

export interface Import {
  /** What stands in the quotes; null when the name is computed and cannot be known. */
  readonly specifier: string | null
  readonly line: number
  /** `import type` and `export type`: gone when the program runs. */
  readonly typeOnly: boolean
}

/** Words after which a slash opens a regular expression rather than divides. */
const BEFORE_REGEX = new Set(
  'return typeof case in of void delete instanceof new throw do else yield await'.split(' '),
)

const WORD = /[\p{ID_Start}$_@#][\p{ID_Continue}$\u200c\u200d]*|\d[\w.]*/uy
const REGEX = /\/(?![*/])(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y
const STRING = /"(?:[^"\\\n]|\\[\s\S])*"?|'(?:[^'\\\n]|\\[\s\S])*'?/y
const SPACE = /\s+|\/\/.*|\/\*[\s\S]*?\*\//y

/** @throws when a template or a comment never ends, because what follows could hide an import */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = []
  /** For each template we are inside of: how many braces are open in its present `${}`. */
  const templates: number[] = []
  let at = 0
  let line = 1

  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const text = pattern.exec(source)?.[0] ?? null
    if (text !== null) skip(text)
    return text
  }
  const skip = (text: string): void => {
    at += text.length
    for (const character of text) if (character === '\n') line += 1
  }
  const add = (kind: Token['kind'], text: string, on: number): void => {
    tokens.push({ kind, text, line: on })
  }
  /** From behind a backtick or a closing brace to the next `${` or the end of the template. */
  const template = (): void => {
    const from = line
    const text = take(/(?:[^\\`$]|\\[\s\S]|\$(?!\{))*/y) ?? ''
    if (source[at] === '`') {
      skip('`')
      add('string', text, from)
    } else if (source.startsWith('${', at)) {
      skip('${')
      templates.push(0)
      add('sign', '${', line)
    } else throw new Error(`a template that starts on line ${from} never ends`)
  }

  while (at < source.length) {
    if (take(SPACE) !== null) continue
    const on = line
    const character = source[at]!
    const previous = tokens.at(-1)
    if (source.startsWith('/*', at)) throw new Error(`a comment that starts on line ${on} never ends`)
    if (character === '"' || character === "'") {
      add('string', unquoted(take(STRING)!), on)
    } else if (character === '`') {
      skip('`')
      template()
    } else if (character === '}' && templates.at(-1) === 0) {
      templates.pop()
      skip('}')
      template()
    } else if (character === '/' && mayOpenRegex(previous) && take(REGEX) !== null) {
      add('sign', '/regex/', on)
    } else {
      const word = take(WORD)
      if (word !== null) add('word', word, on)
      else {
        if (templates.length > 0 && character === '{') templates[templates.length - 1]! += 1
        if (templates.length > 0 && character === '}') templates[templates.length - 1]! -= 1
        skip(character)
        add('sign', character, on)
      }
    }
  }
  if (templates.length > 0) throw new Error('a template never ends')
  return tokens
}

function unquoted(literal: string): string {
  return literal.slice(1, literal.at(-1) === literal[0] && literal.length > 1 ? -1 : undefined)
}

function mayOpenRegex(previous: Token | undefined): boolean {
  if (previous === undefined) return true
  if (previous.kind === 'string') return false
  if (previous.kind === 'word') return BEFORE_REGEX.has(previous.text)
  // A slash behind "<" closes a JSX element.
  return !')]}<'.includes(previous.text)
}

/** Static and dynamic imports, re-exports, `require`, and workers and files loaded by `new URL(…, import.meta.url)`. */
export function importsOf(tokens: readonly Token[]): Import[] {
  return tokens.flatMap((token, index) => {
    if (token.kind !== 'word' || isSign(tokens[index - 1], '.')) return []
    const rest = tokens.slice(index + 1, index + 4)
    switch (token.text) {
      case 'import':
        if (isSign(rest[0], '(')) return called(rest, token.line)
        if (isSign(rest[0], '.')) return []
        return declared(tokens, index)
      case 'export':
        return declared(tokens, index)
      case 'require':
        return isSign(rest[0], '(') ? called(rest, token.line) : []
      case 'URL':
        return isSign(rest[0], '(') && rest[1]?.kind === 'string' && isOwnAddress(tokens, index + 3)
          ? [{ specifier: rest[1].text, line: token.line, typeOnly: false }]
          : []
      default:
        return []
    }
  })
}

/** `import("x")`, `require("x")`; a name that is not one plain string cannot be known. */
function called([, name, after]: readonly Token[], line: number): Import[] {
  const isPlain = name?.kind === 'string' && (isSign(after, ')') || isSign(after, ','))
  return [{ specifier: isPlain ? name.text : null, line, typeOnly: false }]
}

/** `import … from "x"`, `import "x"`, `export … from "x"`. */
function declared(tokens: readonly Token[], start: number): Import[] {
  const first = tokens[start + 1]
  const { line, text: keyword } = tokens[start]!
  if (keyword === 'import' && first?.kind === 'string')
    return [{ specifier: first.text, line, typeOnly: false }]
  // `import type from "x"` imports something called `type`.
  const typeOnly =
    isWord(first, 'type') && !isWord(tokens[start + 2], 'from') && !isSign(tokens[start + 2], ',')
  for (let at = start + (typeOnly ? 2 : 1); at < tokens.length; at += 1) {
    const token = tokens[at]!
    const next = tokens[at + 1]
    if (isWord(token, 'from') && next?.kind === 'string') return [{ specifier: next.text, line, typeOnly }]
    // Names, braces, commas and a star may stand between; anything else means there is no `from` in this statement.
    const mayStandBetween = token.kind === 'string' || token.kind === 'word' || '{},*'.includes(token.text)
    if (!mayStandBetween) return []
    if (keyword === 'export' && at === start + 1 && token.kind === 'word') return []
    if (isSign(token, '}') && !isWord(next, 'from')) return []
  }
  return []
}

function isOwnAddress(tokens: readonly Token[], at: number): boolean {
  return [',', 'import', '.', 'meta', '.', 'url'].every((text, offset) => tokens[at + offset]?.text === text)
}

export function isSign(token: Token | undefined, text: string): boolean {
  return token?.kind === 'sign' && token.text === text
}

export function isWord(token: Token | undefined, text: string): boolean {
  return token?.kind === 'word' && token.text === text
}
