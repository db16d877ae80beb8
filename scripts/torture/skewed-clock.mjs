/** Loaded into a node (`node --import`) whose clock is to be `CLOCK_SKEW_MS` ahead of everybody else's, or behind. */

const skew = Number(process.env.CLOCK_SKEW_MS)
const RealDate = Date

globalThis.Date = class SkewedDate extends RealDate {
  constructor(...when) {
    // Without an argument it is now.
    super(...(when.length === 0 ? [RealDate.now() + skew] : when))
  }

  static now() {
    return RealDate.now() + skew
  }
}
