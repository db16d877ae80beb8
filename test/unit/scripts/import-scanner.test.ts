import { expect } from 'chai'
import { importsOf, tokensOf } from '../../../scripts/import-scanner.ts'

/** Each import as `name`, `type name` or `?`, with its line when it is not the first. */
function imports(source: string): string[] {
  return importsOf(tokensOf(source)).map(({ specifier, line, typeOnly }) => {
    const name = specifier ?? '?'
    return `${typeOnly ? 'type ' : ''}${name}${line === 1 ? '' : `:${line}`}`
  })
}

const CASES: readonly (readonly [what: string, source: string, found: readonly string[]])[] = [
  ['a default import', `import a from 'x'`, ['x']],
  ['a namespace import', `import * as a from "x"`, ['x']],
  ['named imports over several lines', `import {\n  a,\n  type B,\n} from './x.ts'`, ['./x.ts']],
  ['a default and named imports', `import a, { b } from 'x'`, ['x']],
  ['an import for its effect', `import './x.css'`, ['./x.css']],
  ['a type import', `import type { A } from 'x'`, ['type x']],
  ['a default type import', `import type A from 'x'`, ['type x']],
  ['a namespace type import', `import type * as A from 'x'`, ['type x']],
  ['an import of something called type', `import type from 'x'`, ['x']],
  ['an import of something called type, and more', `import type, { a } from 'x'`, ['x']],
  ['an import whose every name is a type, which still runs', `import { type A } from 'x'`, ['x']],
  ['an import of something called from', `import { from } from 'x'`, ['x']],
  ['an import under a name in quotes', `import { 'a b' as c } from 'x'`, ['x']],
  ['an import with attributes', `import a from './x.json' with { type: 'json' }`, ['./x.json']],
  ['a re-export', `export { a } from 'x'`, ['x']],
  ['a re-export of everything', `export * from 'x'\nexport * as b from 'y'`, ['x', 'y:2']],
  ['a re-export of types', `export type { A } from 'x'\nexport type * from 'y'`, ['type x', 'type y:2']],
  ['no re-export in an export of its own', `export { a }\nconst from = 'x'`, []],
  ['no re-export in a declaration', `export const a = 1, from = 'x'\nexport default from\n'x'`, []],
  ['no re-export in a type of its own', `export type A = { from: 'x' }`, []],
  ['a dynamic import', `const a = await import('x')`, ['x']],
  ['a dynamic import of a computed name', `import('x' + a); import(\`x\${a}\`)`, ['?', '?']],
  ['a dynamic import of a plain template', 'import(`x`)', ['x']],
  ['a type query', `let a: import('x').A`, ['x']],
  ['a require', `const a = require('x')`, ['x']],
  ['no require that belongs to something else', `a.require('x')`, []],
  ['import.meta, which is no import', `import.meta.url`, []],
  ['a worker', `new Worker(new URL('./w.ts', import.meta.url))`, ['./w.ts']],
  ['no address that is not our own', `new URL('./w.ts', base)`, []],
  ['no import in a comment', `// import 'a'\n/* import 'b'\n */ import 'c'`, ['c:3']],
  ['no import in a string', `const a = "import 'x'"; const b = 'import("y")'`, []],
  ['no import in a template', `\`import "x" \${1} import("y")\``, []],
  [
    'an import in the code of a template',
    `\`a \${\`b \${await import("x")} c\`} d \${{ a: {} }}\`; import("y")`,
    ['x', 'y'],
  ],
  ['an import behind a regular expression with quotes', `a = /['"\`]/g; import('x')`, ['x']],
  ['an import behind a class with a slash', `a = b.match(/[/'"]/); import('x')`, ['x']],
  ['an import behind divisions', `a = b / 2 / c; d = (e) / 'f'.length; import('x')`, ['x']],
  ['an import behind escaped quotes', `a = 'it\\'s'; b = "\\\\"; import('x')`, ['x']],
  ['an import behind an apostrophe in JSX', `const a = <p>don't</p>\nimport('x')`, ['x:2']],
  ['an import behind elements that are closed', `const a = <p><b>1</b> / <i/></p>\nimport('x')`, ['x:2']],
]

describe('the import scanner', () => {
  for (const [what, source, found] of CASES) {
    it(`sees ${what}`, () => {
      expect(imports(source)).to.deep.equal(found)
    })
  }

  for (const [what, source] of [
    ['a template', 'const a = `x'],
    ['an expression in a template', 'const a = `x${ {'],
    ['a comment', 'const a = 1 /* x'],
  ] as const) {
    it(`does not guess behind ${what} that never ends`, () => {
      expect(() => tokensOf(source)).to.throw(/never ends/)
    })
  }
})
