import * as z from 'zod'
import { BenchError } from '../errors.ts'
import { initGenrand } from '../mersenne-twister.ts'
import { checkOptions, schemaOf } from '../options.ts'
import { createRandom, type Random } from '../random.ts'
import type { Arrival } from './arrival.ts'
import { accumulate, meanGap } from './mean-gap.ts'

export interface PoissonOptions {
  /** `vllm-0.4.1`: the very gaps of its benchmark client, `np.random.seed(seed)` then `exponential(1 / rate)`. */
  readonly compat?: 'vllm-0.4.1'
}

/** Independent users: exponential gaps with mean 1 / rate. */
export function poisson(options: PoissonOptions = {}): Arrival {
  checkOptions(options, Options, { of: 'poisson()', code: 'bad-load', example: "poisson({ compat: 'vllm-0.4.1' })" })
  const { compat } = options
  return {
    label: compat === undefined ? 'poisson' : `poisson (${compat})`,
    offsets({ count, requestRate, seed }) {
      const mean = meanGap(requestRate)
      const random = compat === undefined ? createRandom(seed, 'arrival') : numpyRandom(seed)
      return accumulate(count, () => -Math.log(1 - random.next()) * mean)
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
