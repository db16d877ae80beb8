import { expect } from 'chai'
import { FAULT_NAMES, FAULTS } from '../../../scripts/torture/faults.ts'
import { CLIENTS, drawSchedule, NODES } from '../../../scripts/torture/schedule.ts'

const SEEDS = Array.from({ length: 500 }, (_, seed) => seed)

describe('a schedule of the torture bed', () => {
  it('follows from its seed', () => {
    expect(drawSchedule(42)).to.deep.equal(drawSchedule(42))
    expect(drawSchedule(42)).to.not.deep.equal(drawSchedule(43))
  })

  it('holds several faults, which begin while people write', () => {
    for (const { faults, lastsMs } of SEEDS.map(drawSchedule)) {
      expect(faults.length).to.be.within(1, 9)
      for (const { at } of faults) expect(at).to.be.within(200, lastsMs)
    }
  })

  it('aims at what there is, never at one process with two faults that hold it', () => {
    for (const { faults, letters } of SEEDS.map(drawSchedule)) {
      const held = faults.filter(({ name }) => FAULTS[name].holds)
      for (const fault of faults) {
        const { target } = FAULTS[fault.name]
        const most =
          target === 'node' ? NODES : target === 'client' ? CLIENTS : target === 'letter' ? letters : 1
        expect(fault.target).to.be.within(0, most - 1)
        const others = held.filter((other) => other !== fault && FAULTS[other.name].target === target)
        for (const other of FAULTS[fault.name].holds ? others : []) {
          if (other.target !== fault.target) continue
          const apart =
            other.at > fault.at ? other.at - fault.at - fault.forMs : fault.at - other.at - other.forMs
          expect(apart).to.be.greaterThan(0)
        }
      }
    }
  })

  it('comes to every kind of fault, and lets some of them overlap', () => {
    const schedules = SEEDS.map(drawSchedule)
    const drawn = new Set(schedules.flatMap(({ faults }) => faults.map(({ name }) => name)))
    expect([...drawn]).to.have.members([...FAULT_NAMES])
    const overlap = schedules.filter(({ faults }) =>
      faults.some((a) => faults.some((b) => a !== b && a.at < b.at && b.at < a.at + a.forMs)),
    )
    expect(overlap.length).to.be.greaterThan(250)
  })

  it('has a fifth of all clients offline, one of them at a time or for the whole of it', () => {
    const shares = SEEDS.map(drawSchedule).map(
      ({ absences, lastsMs }) => absences.reduce((sum, { forMs }) => sum + forMs, 0) / (CLIENTS * lastsMs),
    )
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
    expect(mean).to.be.within(0.15, 0.3)
  })
})
