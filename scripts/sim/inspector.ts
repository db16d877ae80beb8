import type { Client } from './client.ts'
import type { World } from './world.ts'

/** Nobody whose link is up is behind for longer (rule R4). */
const MAX_BEHIND_MS = 2_000
const EVERY_MS = 250

/** Looks, again and again, whether a client whose link has been sound is behind what was committed. */
export class Inspector {
  readonly violations: string[] = []
  readonly #world: World

  constructor(world: World) {
    this.#world = world
    this.#inspect()
  }

  #inspect(): void {
    const { time, clients } = this.#world
    for (const client of clients) this.#look(client)
    time.after(EVERY_MS, null, () => this.#inspect())
  }

  #look(client: Client): void {
    const { time, database } = this.#world
    const now = time.now()
    if (!this.#isSound(client)) {
      client.soundSince = null
      return
    }
    if (client.soundSince === null || client.soundLine !== client.line) client.soundSince = now
    client.soundLine = client.line
    if (now - client.soundSince < MAX_BEHIND_MS) return
    const { committedAt } = database.document(database.number('letters', client.letter)!)!
    const { version } = client.editor
    const missed = committedAt[version]
    if (missed === undefined || now - missed <= MAX_BEHIND_MS) return
    client.soundSince = now // told once
    this.violations.push(
      `${client.name} is at version ${version}, ${Math.round(now - missed)} ms after version ${version + 1} was committed`,
    )
  }

  /** The line, the node at its other end, and that node's way to the database: since the last look. */
  #isSound({ line }: Client): boolean {
    if (line === null || !line.isSound) return false
    const node = this.#world.nodeOf(line)
    if (node === null || node.isGone || node.isDraining) return false
    return node.link.isSound && node.link.hurtAt < this.#world.time.now() - EVERY_MS
  }
}
