import { expect } from 'chai'
import sinon from 'sinon'
import { LINK_TIMES } from '../../client/sync/link.ts'
import { HEARTBEAT_MS } from '../../ot/wire.ts'
import { until } from '../harness/deadline.ts'
import { ManualTimer } from '../harness/manual-timer.ts'
import { OwnClient } from '../harness/own-client.ts'
import { TcpProxy } from '../harness/tcp-proxy.ts'
import { startNode } from '../integration/delivery-node.ts'
import { ADA } from '../integration/delivery-people.ts'

describe('a line that swallows what it is given, and tells neither end', () => {
  it('[R5] is given up by both ends, and what was typed meanwhile is saved once', async function () {
    this.timeout(60_000)
    const heartbeat = sinon.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const node = await startNode().finally(() => heartbeat.restore())
    const letter = await node.letter()
    const proxy = await TcpProxy.to(Number(new URL(node.url).port))
    const timer = new ManualTimer()
    const client = new OwnClient(() => proxy.through(node.url), letter, ADA.token, { timer })
    await client.saved()
    client.type('before ')
    await client.saved()
    expect(proxy.ends).to.equal(2)

    proxy.loses = 'everything'
    client.type('during ')
    for (let ping = 0; ping < 3; ping++) heartbeat.tick(HEARTBEAT_MS)
    await until('the node to end its side', () => proxy.ends === 1)
    // Nobody has told the client.
    expect(client.view.phase).to.equal('live')
    timer.pass(LINK_TIMES.quietMs)
    expect(client.view.phase).to.equal('live')
    timer.pass(LINK_TIMES.answerMs)
    expect(client.view).to.include({ phase: 'offline' })
    expect(client.view.unsent).to.be.greaterThan(0)

    proxy.mend()
    timer.pass(LINK_TIMES.firstPauseMs)
    await client.saved()
    expect((await node.read(letter)).content.ops).to.deep.equal([{ insert: 'during before \n' }])
    await client.close()
    await proxy.close()
    await node.close()
  })
})
