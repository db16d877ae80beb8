import { startNode } from './delivery-node.ts'
import { Room } from '../../server/sync/room.ts'
import { Socket } from '../../server/sync/socket.ts'
import { ADA, BEN } from './delivery-people.ts'
it('probe', async function () {
  this.timeout(60000)
  const once = Socket.prototype.once
  const emit = Socket.prototype.emit
  const send = Socket.prototype.send
  let t0 = Date.now()
  Socket.prototype.send = function (f) { if (f.length > 200000) console.log(Date.now() - t0, 'send', f.length, this.backlog); return send.call(this, f) }
  Socket.prototype.once = function (e, l) { if (e === 'drain') console.log(Date.now() - t0, 'once drain', this.backlog); return once.call(this, e, l) }
  Socket.prototype.emit = function (e, ...a) { if (e === 'drain' && this.listenerCount('drain')) console.log(Date.now() - t0, 'drain', this.backlog, this.listenerCount('drain')); return emit.call(this, e, ...a) }
  const node = await startNode()
  const letter = await node.letter()
  const [writer, slow] = await Promise.all([node.knock(letter, ADA), node.knock(letter, BEN)])
  await Promise.all([writer.subscribe(), slow.subscribe()])
  slow.pause()
  for (let n = 1; n <= 150; n++) {
    writer.edit(n, n % 2 === 1 ? [{ insert: 'x'.repeat(100000) }] : [{ delete: 100000 }])
    await writer.hears({ a: 'op', v: n })
  }
  console.log(Date.now() - t0, 'written', slow.ops.length)
  slow.resume()
  await new Promise((r) => setTimeout(r, 2000)); console.log(slow.ops.length, slow.isOpen, slow.ops.at(-1)?.v)
  slow.ws.terminate(); writer.ws.terminate()
  await node.close()
})
