import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

export interface Process {
  readonly pid: number
  readonly parent: number
  readonly group: number
  readonly command: string
}

/** What runs on this machine. Dead processes that nobody has collected yet are left out. */
export function processes(): Process[] {
  return existsSync('/proc/self/stat') ? fromProc() : fromPs()
}

/** Small Debian images have no ps. */
function fromProc(): Process[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        // "12 (a name, which may hold anything) S 1 12 …"
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        const [state, parent, group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
        return state === 'Z'
          ? []
          : [{ pid: Number(pid), parent: Number(parent), group: Number(group), command }]
      } catch {
        // It ended while we looked.
        return []
      }
    })
}

function fromPs(): Process[] {
  const all = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,stat=,args='], { encoding: 'utf8' })
  return all.split('\n').flatMap((line) => {
    const [, pid, parent, group, state, command] =
      /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
    if (state === undefined || command === undefined || state.startsWith('Z')) return []
    return [{ pid: Number(pid), parent: Number(parent), group: Number(group), command }]
  })
}
