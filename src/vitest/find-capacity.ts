import { describe } from 'vitest'
import { checkCapacity } from '../case/check-options.ts'
import { resolveSlo } from '../case/resolve-case.ts'
import { searchRates, type CapacityOptions } from '../case/search-rates.ts'
import { targetLabel } from '../frameworks/target.ts'
import { test } from './load-fixture.ts'
import { releaseServerAfterAll } from './servers.ts'
import { settings } from './settings.ts'
import { atCallSite, captureCallSite } from './call-site.ts'

export type { CapacityOptions }

/**
 * A bench case that finds the highest request rate at which a target meets its objectives, as an interval: the highest rate
 * that was shown to hold and the lowest that was shown not to. It fails below `min`, and without `min` where no rate holds.
 *
 * Every rate gets up to three looks, a load each, and is done as soon as they show that it holds or that it does not. Each rate
 * is a row of the table, with the goodput at it; the verdict on the capacity stands at the highest rate that holds.
 *
 * With `requestRates: 'sweep'`, or a list of rates, it only draws the curve.
 *
 *     findCapacity('chat', { target: vllm(), slo: { ttft: { p99: 400 } }, min: 5 })
 */
export function findCapacity(name: string, options: CapacityOptions): void {
  const frames = captureCallSite(findCapacity)
  checkCapacity(name, options)
  const { target, requestRates = 'search' } = options
  describe(name, () => {
    releaseServerAfterAll(target)
    const title = requestRates === 'search' ? 'capacity' : 'sweep'
    test(title, { meta: { serving: { framework: targetLabel(target) } } }, async ({ load }) => {
      try {
        const slo = resolveSlo(options.slo, ...settings())
        await searchRates(load, { ...options, slo }, slo.inconclusive)
      } catch (error) {
        throw atCallSite(error, frames)
      }
    })
  })
}
