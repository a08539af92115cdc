import { discover } from '../frameworks/discover.ts'
import type { Target } from '../frameworks/target.ts'
import type { LoadGenerator } from '../load/load-generator.ts'
import type { LoadFacts, TargetFacts } from '../report.ts'
import type { Workload } from '../workload/workload.ts'
import { checkSize } from './load-size.ts'
import { loadFacts, makeWorkload, makeWorkloads } from './make-workload.ts'
import type { ResolvedLoad } from './resolve-case.ts'
import { openGeneratorFor, send } from './send.ts'
import type { RunCaseOptions, ServingCase } from './serving-case.ts'
import { targetFacts } from './target-facts.ts'
import { type Warmup, warmupLoad, warmupOf } from './warm-up.ts'

/** A case that can be sent: what its trials send is drawn, and its server is known and warm. */
export interface PreparedCase {
  readonly serving: ServingCase
  /** As its server told it: with version and model. */
  readonly target: Target
  readonly trials: readonly { readonly load: ResolvedLoad; readonly workload: Workload }[]
  /** What its report says of both. */
  readonly facts: { readonly target: TargetFacts; readonly load: LoadFacts }
  /** What sends its loads. */
  readonly generator: LoadGenerator
}

/** Draws the workloads of a case, asks its server what it is, and opens what sends. BenchError where the case cannot be run at all. */
export async function prepareCase(serving: ServingCase): Promise<PreparedCase> {
  const { name, target: asked, load } = serving
  checkSize(load)
  const loads = trialsOf(load)
  const workloads = await makeWorkloads(name, loads, asked)
  const target = await discover(asked)
  const trials = workloads.map((workload, index) => ({ load: loads[index] ?? load, workload }))
  const facts = { target: targetFacts(target, load), load: loadFacts(load) }
  return { serving, target, trials, facts, generator: openGeneratorFor(target, load, workloads) }
}

/** The load of each trial. */
function trialsOf(load: ResolvedLoad): ResolvedLoad[] {
  return Array.from({ length: load.trials }, (_, i) => ({ ...load, trial: load.trial + i }))
}

/** Sends the warm-up of a case; null where nothing is to be warmed up. */
export async function warmUp(
  { serving: { load }, target, generator }: PreparedCase,
  { signal, onProgress }: RunCaseOptions,
): Promise<Warmup | null> {
  const warming = warmupLoad(load, target.endpoint.kind === 'url')
  if (warming === null) return null
  const workload = await makeWorkload(warming, target)
  const { records } = await send(
    { target, load, workload, generator },
    { signal, onProgress: onProgress && ((now) => onProgress({ ...now, phase: 'warm-up' })) },
  )
  return warmupOf(records)
}
