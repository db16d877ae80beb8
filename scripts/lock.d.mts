/** Types of lock.mjs, for the scripts that are TypeScript. */

/** Runs `work` while no other process runs work of the same name for the same folder. */
export function alone<T>(name: string, folder: string, work: () => Promise<T>): Promise<T>
