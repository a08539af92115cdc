import * as z from 'zod'
import { BenchError } from '../base/errors.ts'
import { initGenrand } from '../base/mersenne-twister.ts'
import { checkOptions, schemaOf } from '../base/options.ts'
import { createRandom, type Random } from '../base/random.ts'
import type { Arrival } from './arrival.ts'
import { accumulate, accumulateWithMean, meanGap } from './mean-gap.ts'

export interface PoissonOptions {
  /**
   * `vllm-0.4.1`: the very gaps of its benchmark client, `np.random.seed(seed)` then `exponential(1 / rate)`. Their mean is
   * left to chance: thirty requests of seed 0 come at 0.81 times the rate.
   */
  readonly compat?: 'vllm-0.4.1'
}

/**
 * Independent users: exponential gaps, scaled so that their mean is exactly 1 / rate. That is a Poisson process given the
 * number of its arrivals and its two ends: N requests span (N - 1) / rate for every seed.
 */
export function poisson(options: PoissonOptions = {}): Arrival {
  checkOptions(options, Options, { of: 'poisson()', code: 'bad-load', example: "poisson({ compat: 'vllm-0.4.1' })" })
  const { compat } = options
  return {
    label: compat === undefined ? 'poisson' : `poisson (${compat})`,
    offsets({ count, requestRate, seed }) {
      const mean = meanGap(requestRate)
      const random = compat === undefined ? createRandom(seed, 'arrival') : numpyRandom(seed)
      const gaps = Array.from({ length: count - 1 }, () => -Math.log(1 - random.next()))
      return compat === undefined ? accumulateWithMean(gaps, mean) : accumulate(gaps.map((gap) => gap * mean))
    },
  }
}

const Options = schemaOf<PoissonOptions>({ compat: z.literal('vllm-0.4.1', '"vllm-0.4.1"').optional() })

function numpyRandom(seed: number): Random {
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw new BenchError(`The seed ${seed} cannot seed numpy's RandomState.`, {
      code: 'bad-load',
      remedy: 'Give an integer from 0 to 4294967295, or leave out compat.',
    })
  }
  return { next: initGenrand(seed).nextU53 }
}
