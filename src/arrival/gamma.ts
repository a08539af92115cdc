import { BenchError } from '../base/errors.ts'
import { checkNames } from '../base/options.ts'
import { createRandom, normal, type Random } from '../base/random.ts'
import type { Arrival } from './arrival.ts'
import { accumulateWithMean, meanGap } from './mean-gap.ts'

export interface GammaOptions {
  /** The gamma law's shape, as in `vllm bench serve --burstiness`: 1 is Poisson, less is burstier, more is steadier. */
  readonly burstiness: number
}

/**
 * Gaps from a gamma law whose coefficient of variation is 1 / sqrt(burstiness), scaled so that their mean is exactly
 * 1 / rate: N requests span (N - 1) / rate for every seed.
 *
 * Throws BenchError `bad-load` on a burstiness that is not positive and finite.
 */
export function gamma(options: GammaOptions): Arrival {
  checkNames(options, ['burstiness'], { of: 'gamma()', code: 'bad-load', example: 'gamma({ burstiness: 0.5 })' })
  const { burstiness } = options
  if (!(burstiness > 0 && burstiness < Infinity)) {
    throw new BenchError(`The burstiness is ${burstiness}.`, {
      code: 'bad-load',
      remedy: 'Give a positive number: 1 is Poisson, less is burstier, more is steadier.',
    })
  }
  return {
    label: `gamma (burstiness ${burstiness})`,
    offsets({ count, requestRate, seed }) {
      const mean = meanGap(requestRate)
      const random = createRandom(seed, 'arrival')
      const logs = Array.from({ length: count - 1 }, () => logGamma(random, burstiness))
      const largest = logs.reduce((a, b) => Math.max(a, b), -Number.MAX_VALUE)
      return accumulateWithMean(
        logs.map((log) => besideLargest(Math.exp(log - largest))),
        mean,
      )
    },
  }
}

/**
 * A gap as a share of the largest one. It is 0 where it would be lost in their sum, because the smallest numbers that there are do
 * not scale exactly.
 */
function besideLargest(share: number): number {
  return share < Number.EPSILON ? 0 : share
}

/**
 * The logarithm of a draw, because a burstiness far below 1 makes draws that no number is small enough for.
 *
 * Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000). Below shape 1 by their
 * boost: a draw of shape + 1, times u^(1 / shape).
 */
function logGamma(random: Random, shape: number): number {
  if (shape < 1) return logGamma(random, shape + 1) + Math.log(1 - random.next()) / shape
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.next()) < x ** 2 / 2 + d * (1 - v + Math.log(v))) return Math.log(d * v)
  }
}
