/** Where in the tab's storage the steps of undo are kept; apart from what reads them, which needs the editor. */
export const UNDO = 'copperplate.undo/'

/** @param key  of one letter; without it, of all */
export function forgetUndo(key = ''): void {
  for (const name of Object.keys(sessionStorage)) {
    if (name.startsWith(UNDO + key)) sessionStorage.removeItem(name)
  }
}
