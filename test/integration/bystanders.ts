import { expect } from 'chai'
import { until } from '../harness/deadline.ts'
import type { StockClient } from '../harness/stock-client.ts'
import { ADA, BEN, person, type Visits } from './delivery-people.ts'

const CAROL = person()

/** Two who write the letter that is attacked, and one who writes another, all with stock clients. */
export class Bystanders {
  typed = 0
  readonly #ada: StockClient
  readonly #ben: StockClient
  readonly #carol: StockClient
  #carolsText = ''

  private constructor(ada: StockClient, ben: StockClient, carol: StockClient) {
    this.#ada = ada
    this.#ben = ben
    this.#carol = carol
  }

  static async at(node: Visits, letter: string): Promise<Bystanders> {
    const quiet = await node.letter(CAROL)
    const all = [node.stock(letter, ADA), node.stock(letter, BEN), node.stock(quiet, CAROL)] as const
    await Promise.all(all.map((one) => one.subscribed()))
    return new Bystanders(...all)
  }

  /** They still write, what they write arrives, and no socket of theirs has closed. */
  async areUnharmed(): Promise<void> {
    await this.#type()
    await until('the two to be at one version', () => this.#ada.doc.version === this.#ben.doc.version, {
      seen: () => [this.#ada.doc.version, this.#ben.doc.version],
    })
    expect(this.#ada.doc.data).to.deep.equal(this.#ben.doc.data)
    expect(this.#carol.doc.data).to.deep.equal({ ops: [{ insert: `${this.#carolsText}\n` }] })
    for (const { errors, connection } of [this.#ada, this.#ben, this.#carol]) {
      expect(errors).to.deep.equal([])
      expect(connection.state).to.equal('connected')
    }
  }

  async typeUntil(isDone: () => boolean): Promise<void> {
    while (!isDone()) await this.#type()
  }

  async #type(): Promise<void> {
    this.typed++
    const word = `${this.typed} `
    this.#carolsText = word + this.#carolsText
    await Promise.all([this.#ada, this.#ben, this.#carol].map((one) => one.submit([{ insert: word }])))
  }

  async leave(): Promise<void> {
    await Promise.all([this.#ada, this.#ben, this.#carol].map((one) => one.close()))
  }
}
