/** Runs in a page, which from then on counts in `longestPause` how long it was without a turn at most, in ms. */
export const WATCH_PAUSES = `
  globalThis.longestPause = 0
  let last = performance.now()
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    const now = performance.now()
    longestPause = Math.max(longestPause, now - last)
    last = now
    setTimeout(() => port2.postMessage(null), 5)
  }
  port2.postMessage(null)
`
