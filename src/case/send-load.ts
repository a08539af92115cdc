import { BenchError } from '../base/errors.ts'
import { targetLabel, type Target } from '../frameworks/target.ts'
import { toWireRequest } from '../frameworks/wire-request.ts'
import type { LoadGenerator, LoadHooks, WatchedLoad } from '../load/load-generator.ts'
import { type LoadEndpoint, type LoadPlan, planLoad } from '../load/load-plan.ts'
import { openGenerator } from '../load/open-generator.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import { openMetricsSources } from '../telemetry/metrics-sources.ts'
import type { Workload } from '../workload/workload.ts'
import type { ResolvedLoad } from './resolve-case.ts'
import { bodyInput, fixesLength } from './target-facts.ts'

/** What sends all trials of a case, and its warm-up. Throws BenchError `bad-target` where there is nothing to send to. */
export function openGeneratorFor(target: Target, load: ResolvedLoad, workloads: readonly Workload[]): LoadGenerator {
  return openGenerator({
    endpoint: endpointOf(target, 0),
    threads: load.threads,
    loads: workloads,
    maxConcurrency: load.maxConcurrency,
  })
}

/** Sends one workload of a case, with an eye on the server. */
export function sendLoad(
  {
    target,
    load,
    workload,
    generator,
    log,
  }: {
    readonly target: Target
    readonly load: ResolvedLoad
    readonly workload: Workload
    readonly generator: LoadGenerator
    readonly log?: EngineLog
  },
  hooks: Pick<LoadHooks, 'signal' | 'onProgress'>,
): Promise<WatchedLoad> {
  return generator.send(planOf(target, load, workload), {
    ...hooks,
    watch: { open: (clock, simulated) => openMetricsSources(target, simulated, clock), log: log ?? null },
  })
}

function planOf(target: Target, load: ResolvedLoad, workload: Workload): LoadPlan {
  const plan = planLoad({
    workload,
    toWireRequest: (request) => toWireRequest(target, bodyInput(target, load, request)),
    protocol: target.recipe.protocol,
    fixedLength: fixesLength(target, load),
    failOtherLengths: load.lengthMismatch === 'fail',
    timeouts: load.timeouts,
    maxConcurrency: load.maxConcurrency,
  })
  return { ...plan, endpoint: endpointOf(target, workload.seed) }
}

function endpointOf(target: Target, seed: number): LoadEndpoint {
  const { endpoint } = target
  switch (endpoint.kind) {
    case 'simulated':
      return { kind: 'simulated', profile: endpoint.profile, seed }
    case 'url':
      return { kind: 'url', url: endpoint.url, tls: endpoint.tls }
    case 'launch':
      throw new BenchError(`${targetLabel(target)} was not started.`, {
        code: 'bad-target',
        remedy: 'Give a target with a launch to `load` or `describeServing`: they start its server.',
      })
    case 'unset':
      throw new BenchError(`${targetLabel(target)} has no server to ask, and there is no simulated engine of it.`, {
        code: 'bad-target',
        remedy: `Give its base URL, in code (\`url\`) or as ${target.server.urlVariable}, or how to start it (\`launch\`).`,
      })
  }
}
