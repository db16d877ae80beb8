/** Types of install.mjs, for the scripts that are TypeScript. */

export const ROOT: string
export function ensureInstalled(): Promise<void>
/** @param run  how to run a program to its end; rejects unless it ends well */
export function ensureBuilt(run?: (command: string, args: string[]) => Promise<void>): Promise<void>
