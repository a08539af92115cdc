import { randomUUID } from 'node:crypto'
import type { Target } from '../frameworks/target.ts'
import type { LoadFacts } from '../report.ts'
import { createWorkload } from '../workload/create-workload.ts'
import { NONCE_TOKENS } from '../workload/nonce.ts'
import { tokenBudget } from '../workload/token-budget.ts'
import type { Workload } from '../workload/workload.ts'
import { checkLength } from './check-options.ts'
import type { ResolvedLoad } from './resolve-case.ts'

/** Makes the workloads of a case one after the other, so that the one that is too much for memory is not made. */
export async function makeWorkloads(name: string, loads: readonly ResolvedLoad[], target: Target): Promise<Workload[]> {
  const spend = tokenBudget(name)
  const workloads: Workload[] = []
  for (const load of loads) {
    const workload = await makeWorkload(load, target)
    workload.requests.forEach(spend)
    workloads.push(workload)
  }
  return workloads
}

export async function makeWorkload(load: ResolvedLoad, target: Target): Promise<Workload> {
  const workload = await createWorkload({
    dataset: load.dataset,
    arrival: load.arrival,
    count: load.numPrompts,
    requestRate: load.requestRate,
    seed: load.seed + load.trial,
    nonceKey: load.reusePrompts ? null : nonceKeyFor(target),
  })
  checkLength(workload)
  return workload
}

/**
 * The key is fresh for every load that a server gets. A simulated engine is new in each load, and two runs of it have the same
 * bytes.
 */
function nonceKeyFor({ endpoint }: Target): string {
  return endpoint.kind === 'simulated' ? 'simulated' : randomUUID()
}

/** What a report says of the load of a case. */
export function loadFacts(load: ResolvedLoad): LoadFacts {
  return {
    requestRate: load.requestRate === Infinity ? null : load.requestRate,
    numPrompts: load.numPrompts,
    arrival: load.arrival.label,
    dataset: load.dataset.label,
    maxConcurrency: load.maxConcurrency,
    seed: load.seed,
    trials: load.trials,
    nonceTokens: load.reusePrompts ? 0 : NONCE_TOKENS,
    countedBy: load.dataset.countedBy ?? null,
  }
}
