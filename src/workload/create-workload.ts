import type { Arrival } from '../arrival/arrival.ts'
import { BenchError } from '../errors.ts'
import type { PerSecond } from '../units.ts'
import { digest } from './digest.ts'
import type { Dataset, Workload } from './workload.ts'

export interface WorkloadOptions {
  readonly dataset: Dataset
  readonly arrival: Arrival
  readonly count: number
  /** `Infinity` means all at once. */
  readonly requestRate: PerSecond
  readonly seed: number
}

/**
 * Draws what is sent in a run and when. The same options give the same workload, to the byte.
 *
 * Throws BenchError: `bad-load` on a count that is not a positive integer, and whatever the arrival and the dataset
 * throw; `bad-dataset` on a dataset that gave another number of requests.
 */
export async function createWorkload(options: WorkloadOptions): Promise<Workload> {
  const { dataset, arrival, count, requestRate, seed } = options
  if (!(Number.isSafeInteger(count) && count > 0)) {
    throw new BenchError(`The load asks for ${count} requests.`, {
      code: 'bad-load',
      remedy: 'Give a positive integer.',
    })
  }
  const offsets = arrival.offsets({ count, requestRate, seed })
  const requests = await dataset.sample({ count, seed })
  if (requests.length !== count) {
    throw new BenchError(`The dataset ${dataset.label} gave ${requests.length} requests instead of ${count}.`, {
      code: 'bad-dataset',
      remedy: 'Let its sample() return as many as it is asked for.',
    })
  }
  return { requests, offsets, seed, digest: digest(requests, offsets) }
}
