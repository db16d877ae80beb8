import { createServer } from 'node:net'

/**
 * A port of 127.0.0.1 nobody listens on. Another process may take it before the caller does, so a server that can
 * take port 0 itself should.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port)
        else reject(new Error(`a listening socket had the address ${JSON.stringify(address)}`))
      })
    })
  })
}
