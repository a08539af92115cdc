import { availableParallelism } from 'node:os'
import { chooseThreads, type ThreadedLoad } from './choose-threads.ts'
import type { LoadGenerator } from './load-generator.ts'
import type { LoadEndpoint } from './load-plan.ts'
import { thisThread } from './this-thread.ts'
import { openThreads } from './threads.ts'
import { virtualTime } from './virtual-time.ts'

export interface GeneratorOptions {
  readonly endpoint: LoadEndpoint
  /** `auto` takes as many as the largest of the loads needs. A simulated engine shares the thread of its client. */
  readonly threads: 'auto' | number
  /** Those that will be sent. */
  readonly loads: readonly ThreadedLoad[]
  readonly maxConcurrency: number | null
}

/** The one place where it is chosen what sends the loads of a case. */
export function openGenerator({ endpoint, threads, loads, maxConcurrency }: GeneratorOptions): LoadGenerator {
  if (endpoint.kind === 'simulated') return virtualTime()
  const limits = { maxConcurrency, cores: availableParallelism(), transport: endpoint.transport }
  const count = threads === 'auto' ? Math.max(...loads.map((load) => chooseThreads(load, limits))) : threads
  return count === 1 ? thisThread() : openThreads(count)
}
