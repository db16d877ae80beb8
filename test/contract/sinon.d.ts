/** sinon ships no types; these cover what the tests take from it. */
declare module 'sinon' {
  const sinon: {
    restore(): void
    useFakeTimers(options: {
      readonly toFake: readonly string[]
      readonly shouldClearNativeTimers?: boolean
    }): {
      tick(ms: number): void
      restore(): void
    }
  }
  export default sinon
}

declare module 'sinon-chai' {
  const plugin: Chai.ChaiPlugin
  export default plugin
}
