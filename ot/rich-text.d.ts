/** rich-text 4.1 ships no types; these cover what ot/letter.ts takes from it. */
declare module 'rich-text' {
  const richText: {
    readonly type: {
      readonly name: 'rich-text'
      readonly uri: 'http://sharejs.org/types/rich-text/v1'
      diff(before: unknown, after: unknown): { ops: unknown[] }
      transformCursor(index: number, op: unknown, isOwnOp: boolean): number
      transformPresence(range: unknown, op: unknown, isOwnOp: boolean): unknown
    }
  }
  export default richText
}
