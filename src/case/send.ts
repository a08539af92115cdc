import { transportOn, type TransportName } from '../client/create-transport.ts'
import { proxyVariable } from '../client/proxy.ts'
import { BenchError } from '../base/errors.ts'
import { masker, remembering } from '../base/mask.ts'
import { plainLine } from '../base/plain-text.ts'
import { routeTo } from '../frameworks/at-url.ts'
import { targetLabel, type Target, type UrlEndpoint } from '../frameworks/target.ts'
import { toWireRequest } from '../frameworks/wire-request.ts'
import type { LoadGenerator, LoadHooks, WatchedLoad } from '../load/load-generator.ts'
import { type LoadEndpoint, type LoadPlan, planLoad } from '../load/load-plan.ts'
import { openGenerator } from '../load/open-generator.ts'
import type { ClientFacts } from '../report.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import { openMetricsSources } from '../telemetry/metrics-sources.ts'
import type { Workload } from '../workload/workload.ts'
import type { ResolvedLoad } from './resolve-case.ts'
import { bodyInput, fixesLength } from './target-facts.ts'

/** What sends all trials of a case, and its warm-up. Throws BenchError `bad-target` where there is nothing to send to. */
export function openGeneratorFor(target: Target, load: ResolvedLoad, workloads: readonly Workload[]): LoadGenerator {
  return openGenerator({
    endpoint: endpointOf(target, load, 0),
    threads: load.threads,
    loads: workloads,
    maxConcurrency: load.maxConcurrency,
  })
}

/** One load of a case, ready to be sent. */
export interface Sending {
  readonly target: Target
  readonly load: ResolvedLoad
  readonly workload: Workload
  readonly generator: LoadGenerator
  readonly log?: EngineLog | undefined
}

/**
 * Sends one workload of a case, with an eye on the server. What servers say in the result may be shown: it is masked, and in
 * plain text.
 */
export async function send(
  { target, load, workload, generator, log }: Sending,
  hooks: Pick<LoadHooks, 'signal' | 'onProgress'>,
): Promise<WatchedLoad> {
  const sent = await generator.send(planOf(target, load, workload), {
    ...hooks,
    watch: { open: (clock, simulated) => openMetricsSources(target, simulated, clock), log: log ?? null },
  })
  return presentable(sent, target)
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
  return { ...plan, endpoint: endpointOf(target, load, workload.seed) }
}

/** What a report says of the way to the server; nothing of a simulated engine. */
export function transportFacts({ endpoint }: Target, load: ResolvedLoad): Pick<ClientFacts, 'transport' | 'proxy'> {
  if (endpoint.kind !== 'url') return {}
  const { proxy } = routeTo(endpoint)
  return { transport: transportOf(endpoint, load), ...(proxy !== null && { proxy: new URL(proxy).host }) }
}

/** BenchError `bad-load` where the transport that is asked for cannot go the way that the environment wants. */
function transportOf(endpoint: UrlEndpoint, { transport }: ResolvedLoad): TransportName {
  const route = routeTo(endpoint)
  if (transport === 'auto') return transportOn(route)
  if (transport === 'undici' || route.proxy === null) return transport
  const { hostname, protocol } = new URL(endpoint.url)
  throw new BenchError(
    `${proxyVariable({ protocol })} names a proxy for ${hostname}, and transport "http" goes through none.`,
    { code: 'bad-load', remedy: `Leave \`transport\` out, or name ${hostname} in NO_PROXY.` },
  )
}

function endpointOf(target: Target, load: ResolvedLoad, seed: number): LoadEndpoint {
  const { endpoint } = target
  switch (endpoint.kind) {
    case 'simulated':
      return { kind: 'simulated', profile: endpoint.profile, seed }
    case 'url':
      return { kind: 'url', ...routeTo(endpoint), transport: transportOf(endpoint, load) }
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

/** What a server says may hold what it was sent, or what a terminal would obey; so may what a thread died of. */
function presentable({ records, threads, ...result }: WatchedLoad, target: Target): WatchedLoad {
  const mask = remembering(masker(target.secrets))
  const crash = threads?.crash && { ...threads.crash, reason: plainLine(mask(threads.crash.reason)) }
  return {
    ...result,
    records: records.map(({ finishReason, outcome, ...record }) => ({
      ...record,
      finishReason: finishReason === null ? null : mask(finishReason),
      outcome: outcome.status === 'completed' ? outcome : { ...outcome, message: plainLine(mask(outcome.message)) },
    })),
    ...(threads && { threads: { ...threads, crash: crash ?? null } }),
  }
}
