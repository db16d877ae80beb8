/** All the cables between the processes of the bed, as a process of its own, so that no other one is slow for their sake. */

import { type Loss, TcpProxy } from '../../../test/harness/tcp-proxy.ts'
import { obey } from '../program.ts'
import type { LineFault, NetworkOrders } from './network-orders.ts'

interface Line {
  readonly proxy: TcpProxy
  readonly faults: Map<number, LineFault>
}

const lines = new Map<string, Line>()

function find(name: string): Line {
  const line = lines.get(name)
  if (line === undefined) throw new Error(`There is no line ${name}.`)
  return line
}

function settle({ proxy, faults }: Line): void {
  const all = [...faults.values()]
  proxy.loses = all.reduce<Loss>((loss, fault) => worse(loss, fault.loses ?? 'nothing'), 'nothing')
  proxy.delayMs = all.reduce((sum, fault) => sum + (fault.delayMs ?? 0), 0)
  proxy.stalls = all.some((fault) => fault.stalls)
}

function worse(a: Loss, b: Loss): Loss {
  if (a === 'nothing' || a === b) return b
  return b === 'nothing' ? a : 'everything'
}

obey<NetworkOrders>({
  async lay({ line, target }) {
    const proxy = await TcpProxy.to(target)
    lines.set(line, { proxy, faults: new Map() })
    return { port: proxy.port }
  },

  spoil({ line: name, fault, as }) {
    const line = find(name)
    line.faults.set(fault, as)
    settle(line)
    return null
  },

  mend({ line: name, fault }) {
    const line = find(name)
    line.faults.delete(fault)
    line.proxy.mend()
    settle(line)
    return null
  },

  cut({ line }) {
    find(line).proxy.cut()
    return null
  },
})
