import type { Arrival } from '../arrival/arrival.ts'
import { BenchError } from '../base/errors.ts'
import { createRandom } from '../base/random.ts'
import type { PerSecond } from '../base/units.ts'
import { digest } from './digest.ts'
import { bodyOf, NONCE_TOKENS, withNonces } from './nonce.ts'
import type { Dataset, Workload } from './workload.ts'

export interface WorkloadOptions {
  readonly dataset: Dataset
  readonly arrival: Arrival
  readonly count: number
  /** `Infinity` means all at once. */
  readonly requestRate: PerSecond
  /** The seed of the trial. Arrivals follow from it alone, prompts from it and the rate. */
  readonly seed: number
  /**
   * What the words of the nonces follow from: one that was never used gives prompts that no server has seen. Null sends the
   * prompts as the dataset draws them, the same at every rate.
   */
  readonly nonceKey: string | null
}

/**
 * Draws what is sent in a run and when. The same options give the same workload, to the byte; another `nonceKey` changes the
 * words of the nonces, and nothing else.
 *
 * Throws BenchError: `bad-load` on a count that is not a positive integer, and whatever the arrival and the dataset
 * throw; `bad-dataset` on a dataset that gave another number of requests.
 */
export async function createWorkload(options: WorkloadOptions): Promise<Workload> {
  const { dataset, arrival, count, requestRate, seed, nonceKey } = options
  if (!(Number.isSafeInteger(count) && count > 0)) {
    throw new BenchError(`The load asks for ${count} requests.`, {
      code: 'bad-load',
      remedy: 'Give a positive integer.',
    })
  }
  const offsets = arrival.offsets({ count, requestRate, seed })
  const isReused = nonceKey === null
  const promptSeed = isReused ? seed : seedAtRate(seed, requestRate)
  const drawn = await dataset.sample({ count, seed: promptSeed, trialSeed: seed })
  if (drawn.length !== count) {
    throw new BenchError(`The dataset ${dataset.label} gave ${drawn.length} requests instead of ${count}.`, {
      code: 'bad-dataset',
      remedy: 'Let its sample() return as many as it is asked for.',
    })
  }
  if (isReused) return { requests: drawn, offsets, seed, digest: digest(drawn, offsets, 0) }
  const bodies = drawn.map(bodyOf)
  return {
    requests: withNonces(bodies, nonceKey, promptSeed),
    offsets,
    seed,
    digest: digest(bodies, offsets, NONCE_TOKENS),
  }
}

/** A 32-bit seed, so that other tools' generators take it as well. */
function seedAtRate(seed: number, requestRate: PerSecond): number {
  return Math.floor(createRandom(seed, `prompts at ${requestRate} requests/s`).next() * 2 ** 32)
}
