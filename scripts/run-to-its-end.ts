import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** In the foreground; what it prints goes to standard error. @throws when it fails */
export async function runToItsEnd(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const [code] = await once(spawn(command, args, { env, stdio: ['ignore', 2, 2] }), 'exit')
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed (exit code ${code}); see above.`)
}
