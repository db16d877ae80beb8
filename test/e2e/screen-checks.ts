/** What is asked of every screen, at the sizes and in the colours people have. */

import { AxeBuilder } from '@axe-core/playwright'
import { expect } from 'chai'
import type { Person } from './desk.ts'

export const SIZES = [
  { name: '1280x900', viewport: { width: 1280, height: 900 } },
  { name: '360x740', viewport: { width: 360, height: 740 }, hasTouch: true },
]
export const THEMES = ['light', 'dark'] as const

/** Asserts that axe finds nothing wrong with what is on the screen. */
export async function expectAccessible({ page }: Person): Promise<void> {
  // Colours that are on their way from one to the other have a contrast that is neither's.
  await page.evaluate(
    `for (const a of document.getAnimations()) if (a.effect.getComputedTiming().endTime !== Infinity) a.finish()`,
  )
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
  ).to.deep.equal([])
}

/** Asserts that nothing is wider than the screen but what scrolls by itself. */
export async function expectNoSidewaysScroll({ page }: Person): Promise<void> {
  const [content, screen] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, innerWidth]',
  )
  expect(content).to.be.at.most(screen)
}
