import { BenchError } from '../errors.ts'
import { checkNames } from '../options.ts'
import { createRandom, normal, type Random } from '../random.ts'
import type { Arrival } from './arrival.ts'
import { accumulate, meanGap } from './mean-gap.ts'

export interface GammaOptions {
  /** The gamma law's shape, as in `vllm bench serve --burstiness`: 1 is Poisson, less is burstier, more is steadier. */
  readonly burstiness: number
}

/**
 * Gaps from a gamma law with mean 1 / rate; their coefficient of variation is 1 / sqrt(burstiness).
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
      const scale = meanGap(requestRate) / burstiness
      const random = createRandom(seed, 'arrival')
      return accumulate(count, () => standardGamma(random, burstiness) * scale)
    },
  }
}

/**
 * Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 26 (2000). Below shape 1 by their
 * boost: a draw of shape + 1, times u^(1 / shape).
 */
function standardGamma(random: Random, shape: number): number {
  if (shape < 1) return standardGamma(random, shape + 1) * (1 - random.next()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = normal(random)
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - random.next()) < x ** 2 / 2 + d * (1 - v + Math.log(v))) return d * v
  }
}
