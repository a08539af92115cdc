import { randomUUID } from 'node:crypto'
import type { Arrival } from '../arrival/arrival.ts'
import { poisson } from '../arrival/index.ts'
import type { Target } from '../frameworks/target.ts'
import type { LoadFacts } from '../report.ts'
import { createWorkload } from '../workload/create-workload.ts'
import { NONCE_TOKENS } from '../workload/nonce.ts'
import { studyLengths } from '../workload/study-lengths.ts'
import { tokenBudget } from '../workload/token-budget.ts'
import type { Dataset, Workload } from '../workload/workload.ts'
import { checkLength } from './check-options.ts'
import type { LoadOptions } from './load-options.ts'

/** Makes the workloads of a case one after the other, so that the one that is too much for memory is not made. */
export async function makeWorkloads(name: string, loads: readonly LoadOptions[], target: Target): Promise<Workload[]> {
  const spend = tokenBudget(name)
  const workloads: Workload[] = []
  for (const load of loads) {
    const workload = await makeWorkload(load, target)
    workload.requests.forEach(spend)
    workloads.push(workload)
  }
  return workloads
}

export async function makeWorkload(load: LoadOptions, target: Target): Promise<Workload> {
  const workload = await createWorkload({
    dataset: datasetOf(load),
    arrival: arrivalOf(load),
    count: load.numPrompts,
    requestRate: load.requestRate,
    seed: (load.seed ?? 0) + (load.trial ?? 0),
    nonceKey: load.reusePrompts === true ? null : nonceKeyFor(target),
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

function datasetOf(load: LoadOptions): Dataset {
  return load.dataset ?? studyLengths()
}

function arrivalOf(load: LoadOptions): Arrival {
  return load.arrival ?? poisson()
}

/** What a report says of a load. */
export function loadFacts(load: LoadOptions, { digest }: Workload): LoadFacts {
  return {
    requestRate: load.requestRate === Infinity ? null : load.requestRate,
    numPrompts: load.numPrompts,
    arrival: arrivalOf(load).label,
    dataset: datasetOf(load).label,
    maxConcurrency: load.maxConcurrency ?? null,
    seed: load.seed ?? 0,
    trial: load.trial ?? 0,
    trials: load.trials ?? 1,
    nonceTokens: load.reusePrompts === true ? 0 : NONCE_TOKENS,
    countedBy: datasetOf(load).countedBy ?? null,
    digest,
  }
}
