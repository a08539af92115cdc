import { availableParallelism } from 'node:os'
import { discover } from '../frameworks/discover.ts'
import type { Target } from '../frameworks/target.ts'
import { chooseClientThreads } from '../load/choose-client-threads.ts'
import { type ClientThreads, createClientThreads } from '../load/client-threads.ts'
import type { Workload } from '../workload/workload.ts'
import type { LoadOptions } from './load-options.ts'
import { checkSize } from './load-size.ts'
import { makeWorkload, makeWorkloads } from './make-workload.ts'
import { send } from './send.ts'
import type { RunCaseOptions, ServingCase } from './serving-case.ts'
import { type Warmup, warmupLoad, warmupOf } from './warm-up.ts'

/** A case that can be sent: what its trials send is drawn, and its server is known and warm. */
export interface PreparedCase {
  readonly serving: ServingCase
  /** As its server told it: with version and model. */
  readonly target: Target
  readonly trials: readonly { readonly load: LoadOptions; readonly workload: Workload }[]
  /** What sends its loads; null for this thread. */
  readonly clients: ClientThreads | null
}

/** Draws the workloads of a case, asks its server what it is, and opens what sends. BenchError where the case cannot be run at all. */
export async function prepareCase(serving: ServingCase): Promise<PreparedCase> {
  const { name, target: asked, load } = serving
  checkSize(load)
  const loads = trialsOf(load)
  const workloads = await makeWorkloads(name, loads, asked)
  const target = await discover(asked)
  const trials = workloads.map((workload, index) => ({ load: loads[index] ?? load, workload }))
  return { serving, target, trials, clients: openClients(target, load, workloads) }
}

/** The load of each trial. */
function trialsOf(load: LoadOptions): LoadOptions[] {
  return Array.from({ length: load.trials ?? 1 }, (_, i) => ({ ...load, trial: (load.trial ?? 0) + i }))
}

/** The threads of all trials and of their warm-up; null where this thread sends them. */
function openClients(
  { endpoint }: Target,
  { clients = 'auto', maxConcurrency }: LoadOptions,
  workloads: readonly Workload[],
): ClientThreads | null {
  if (endpoint.kind !== 'url') return null
  const limits = { maxConcurrency: maxConcurrency ?? null, cores: availableParallelism() }
  const count =
    clients === 'auto' ? Math.max(...workloads.map((workload) => chooseClientThreads(workload, limits))) : clients
  return count === 1 ? null : createClientThreads(count)
}

/** Sends the warm-up of a case; null where nothing is to be warmed up. */
export async function warmUp(
  { serving: { load }, target, clients }: PreparedCase,
  { signal, onProgress }: RunCaseOptions,
): Promise<Warmup | null> {
  const warming = warmupLoad(load, target.endpoint.kind === 'url')
  if (warming === null) return null
  const workload = await makeWorkload(warming, target)
  const { result } = await send(
    { target, load, workload, clients },
    { signal, ...(onProgress && { onProgress: (now) => onProgress({ ...now, phase: 'warm-up' }) }) },
  )
  return warmupOf(result.records)
}
