import { expect } from 'chai'
import { LINK_TIMES, Link, pauseMs } from '../../../client/sync/link.ts'
import { CLOSE } from '../../../ot/wire.ts'
import { FakeWorld } from './fake-world.ts'

describe('the link of a letter', () => {
  let world: FakeWorld
  let link: Link
  let opened: number
  let closed: number

  beforeEach(() => {
    world = new FakeWorld()
    link = new Link(world)
    opened = 0
    closed = 0
    link.onopen = () => {
      opened += 1
    }
    link.onclose = () => {
      closed += 1
    }
    link.open()
  })

  it('opens one socket and passes messages both ways', () => {
    const heard: unknown[] = []
    link.onmessage = ({ data }) => heard.push(data)
    world.wire.open()
    link.send('there')
    world.wire.say('here')
    expect(world.wire.sent).to.deep.equal(['there'])
    expect(heard).to.deep.equal(['here'])
    expect(link.state).to.deep.equal({ kind: 'open' })
  })

  it('drops what is sent while no socket is open: whoever sent it will resend it', () => {
    link.send('lost')
    world.wire.open()
    expect(world.wire.sent).to.deep.equal([])
  })

  it('comes back after a pause that doubles, and says once that it was closed', () => {
    world.wire.open()
    world.wire.end(1006)
    expect(link.state).to.deep.equal({ kind: 'waiting', attempt: 0 })
    for (const attempt of [0, 1, 2, 3]) {
      expect(link.state).to.deep.equal({ kind: 'waiting', attempt })
      world.pass(pauseMs(attempt, world.chance))
      expect(link.state.kind).to.equal('connecting')
      world.wire.end(1006)
    }
    expect([opened, closed]).to.deep.equal([1, 1])
    expect(world.wires).to.have.length(5)
  })

  it('never waits longer than half a minute', () => {
    expect(pauseMs(40, 0.999)).to.be.at.most(LINK_TIMES.longestPauseMs)
    expect(pauseMs(40, 0)).to.equal(LINK_TIMES.longestPauseMs / 2)
  })

  it('starts counting afresh after it was open for a while, and not when it was thrown out at once', () => {
    world.wire.open()
    world.wire.end(1006)
    world.pass(pauseMs(0, world.chance))
    world.wire.open()
    world.wire.end(1006)
    expect(link.state).to.deep.equal({ kind: 'waiting', attempt: 1 })
    world.pass(pauseMs(1, world.chance))
    world.wire.open()
    world.pass(LINK_TIMES.stableMs)
    world.wire.end(1006)
    expect(link.state).to.deep.equal({ kind: 'waiting', attempt: 0 })
  })

  for (const code of [CLOSE.unauthenticated, CLOSE.forbidden, CLOSE.notFound, CLOSE.malformed, 1007, 1009]) {
    it(`does not come back by itself after ${code}, but does when it is told to`, () => {
      world.wire.open()
      world.wire.end(code)
      expect(link.state).to.deep.equal({ kind: 'refused', code })
      world.pass(10 * LINK_TIMES.longestPauseMs)
      link.wake()
      expect(world.wires).to.have.length(1)
      link.retry()
      expect(link.state.kind).to.equal('connecting')
    })
  }

  for (const code of [CLOSE.restart, CLOSE.tryAgain]) {
    it(`takes a longer, wider pause after ${code}: everybody comes back at once`, () => {
      world.wire.open()
      world.wire.end(code)
      expect(link.state).to.deep.equal({ kind: 'waiting', attempt: 2 })
    })
  }

  it('comes back a second later after 1012, and up to another one as chance has it', () => {
    expect([0, 0.5, 1].map((chance) => pauseMs(2, chance))).to.deep.equal([1_000, 1_500, 2_000])
    world.wire.open()
    world.wire.end(CLOSE.restart)
    world.pass(pauseMs(2, world.chance) - 1)
    expect(link.state.kind).to.equal('waiting')
    world.pass(1)
    expect(link.state.kind).to.equal('connecting')
  })

  it('waits no longer after 1012 when it is sent on from node to node', () => {
    for (let restarts = 0; restarts < 5; restarts++) {
      world.wire.open()
      world.wire.end(CLOSE.restart)
      expect(link.state).to.deep.equal({ kind: 'waiting', attempt: 2 })
      world.pass(pauseMs(2, world.chance))
    }
  })

  it('asks every two to four seconds while the server says 1013, so that it is there when the database is', () => {
    expect([0, 1].map((chance) => pauseMs(3, chance))).to.deep.equal([2_000, 4_000])
    for (let attempts = 0; attempts < 6; attempts++) {
      world.wire.open()
      world.wire.end(CLOSE.tryAgain)
      expect(link.state).to.deep.equal({ kind: 'waiting', attempt: attempts === 0 ? 2 : 3 })
      world.pass(pauseMs(3, world.chance))
    }
  })

  it('comes back after 4408, having read too slowly', () => {
    world.wire.open()
    world.wire.end(CLOSE.tooSlow)
    expect(link.state.kind).to.equal('waiting')
  })

  it('connects at once when the network is back or the tab is looked at', () => {
    world.wire.end(1006)
    link.wake()
    expect(link.state.kind).to.equal('connecting')
  })

  for (const state of ['waiting', 'connecting'] as const) {
    it(`begins with short pauses again when the network is back while it is ${state}`, () => {
      for (let attempt = 0; attempt < 6; attempt++) {
        world.wire.end(1006)
        world.pass(pauseMs(attempt, world.chance))
      }
      if (state === 'waiting') world.wire.end(1006)
      expect(link.state.kind).to.equal(state)
      link.wake()
      world.wire.end(1006) // the attempt began too early
      expect(link.state).to.deep.equal({ kind: 'waiting', attempt: 0 })
    })
  }

  it('pings a silent socket, and has given it up twenty seconds after it last heard of it', () => {
    world.wire.open()
    world.pass(LINK_TIMES.quietMs)
    expect(world.wire.sent).to.deep.equal(['{"a":"pp"}'])
    world.pass(LINK_TIMES.answerMs - 1)
    expect(link.state.kind).to.equal('open')
    world.pass(1)
    expect(link.state.kind).to.equal('waiting')
    expect(world.wire.closedWith).to.equal(1000)
    expect(world.now()).to.be.at.most(20_000)
  })

  it('takes any message for an answer', () => {
    world.wire.open()
    world.pass(LINK_TIMES.quietMs)
    world.wire.say('{"a":"op"}')
    world.pass(LINK_TIMES.answerMs)
    expect(link.state.kind).to.equal('open')
  })

  it('pings an open socket at once when it is woken', () => {
    world.wire.open()
    link.wake()
    expect(world.wire.sent).to.deep.equal(['{"a":"pp"}'])
  })

  it('gives up a socket that does not open in time', () => {
    world.pass(LINK_TIMES.openMs)
    expect(link.state.kind).to.equal('waiting')
    expect([opened, closed]).to.deep.equal([0, 0])
  })

  it('lets go of its socket when the network is known to be gone', () => {
    world.wire.open()
    link.suspect()
    expect(link.state.kind).to.equal('waiting')
    expect(closed).to.equal(1)
  })

  it('hears nothing more of a socket it let go', () => {
    const old = world.wire
    old.open()
    link.suspect()
    world.pass(pauseMs(0, world.chance))
    world.wire.open()
    old.end(CLOSE.forbidden)
    expect(link.state.kind).to.equal('open')
  })

  it('leaves no timer and no socket behind when it is closed', () => {
    world.wire.open()
    link.close()
    expect(world.timers).to.equal(0)
    expect(world.wire.closedWith).to.equal(1000)
    expect(closed).to.equal(1)
  })
})
