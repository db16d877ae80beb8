/** The op that puts text in, `at` code units from the start. */
export function type(text: string, at = 0): object[] {
  return at === 0 ? [{ insert: text }] : [{ retain: at }, { insert: text }]
}
