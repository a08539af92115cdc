import type { Clock } from '../base/clock.ts'
import { BenchError } from '../base/errors.ts'
import { masker, remembering } from '../base/mask.ts'
import { plainLine } from '../base/plain-text.ts'
import { createHttpTransport } from '../client/http-transport.ts'
import { DEFAULT_TIMEOUTS, type Timeouts } from '../client/timeouts.ts'
import type { Transport, WireRequest } from '../client/transport.ts'
import { targetLabel, type Target, type UrlEndpoint } from '../frameworks/target.ts'
import { URL_VARIABLES } from '../frameworks/url-variables.ts'
import { toWireRequest } from '../frameworks/wire-request.ts'
import type { ClientThreads } from '../load/client-threads.ts'
import { monotonicNow } from '../load/monotonic.ts'
import { createRealClock } from '../load/real-clock.ts'
import type { HttpEndpoint } from '../load/run-http-load.ts'
import { runLoad, type LoadOptions as DispatchOptions, type LoadResult } from '../load/run-load.ts'
import { runWatchedLoad } from '../load/run-watched-load.ts'
import { createVirtualClock } from '../load/virtual-clock.ts'
import type { Telemetry } from '../report.ts'
import { createSimulatedTransport } from '../simulator/simulated-transport.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import { openMetricsSources } from '../telemetry/metrics-sources.ts'
import type { Workload } from '../workload/workload.ts'
import type { LoadOptions } from './load-options.ts'
import { bodyInput, fixesLength } from './target-facts.ts'

/** Room for what is in flight: sockets are cheap, and a request must never wait for one. */
const MAX_CONNECTIONS = 16_384

/** One load, ready to be sent. */
export interface Sending {
  readonly target: Target
  readonly load: LoadOptions
  readonly workload: Workload
  /** What sends it; null for this thread. */
  readonly clients: ClientThreads | null
  readonly log?: EngineLog | undefined
}

/** Sends one load and waits for its last request. What servers say in the result may be shown: it is masked, and in plain text. */
export async function send(
  sending: Sending,
  options: Pick<DispatchOptions, 'onProgress'> & { readonly signal: AbortSignal },
): Promise<{ readonly result: LoadResult; readonly telemetry: Telemetry | null }> {
  const { telemetry, ...result } = await sendLoad(sending, options)
  return { result: presentable(result, sending.target), telemetry }
}

async function sendLoad(
  { target, load, workload, clients, log }: Sending,
  options: Pick<DispatchOptions, 'onProgress'> & { readonly signal: AbortSignal },
): ReturnType<typeof runWatchedLoad> {
  const clockZero = monotonicNow()
  const clock = target.endpoint.kind === 'simulated' ? createVirtualClock() : createRealClock(clockZero)
  const timeouts = { ...DEFAULT_TIMEOUTS, ...load.timeouts }
  const transport = openTransport(target, clock, workload.seed, timeouts)
  const metrics = openMetricsSources(target, transport, clock)
  try {
    const common = {
      workload,
      toWireRequest: wireRequests(target, load),
      protocol: target.recipe.protocol,
      fixedLength: fixesLength(target, load),
      failOtherLengths: load.lengthMismatch === 'fail',
      timeouts,
      maxConcurrency: load.maxConcurrency ?? null,
      signal: options.signal,
    }
    const { endpoint } = target
    return await runWatchedLoad(
      (onProgress) =>
        clients !== null && endpoint.kind === 'url'
          ? clients.run({ ...common, onProgress, clockZero, endpoint: connectTo(endpoint, timeouts) })
          : runLoad({ ...common, onProgress, clock, transport }),
      { ...options, clock },
      { sources: metrics.sources, log: log ?? null },
    )
  } finally {
    await Promise.all([metrics.close(), transport.close()])
  }
}

function connectTo({ url, tls }: UrlEndpoint, timeouts: Timeouts): HttpEndpoint {
  return { url, tls, connections: MAX_CONNECTIONS, connectTimeoutMs: timeouts.connect }
}

function openTransport(target: Target, clock: Clock, seed: number, timeouts: Timeouts): Transport {
  switch (target.endpoint.kind) {
    case 'simulated':
      return createSimulatedTransport({ clock, profile: target.endpoint.profile, seed })
    case 'url':
      return createHttpTransport({ ...connectTo(target.endpoint, timeouts), now: clock.now })
    case 'launch':
      throw new BenchError(`${targetLabel(target)} was not started.`, {
        code: 'bad-target',
        remedy: 'Give a target with a launch to `load` or `describeServing`: they start its server.',
      })
    case 'unset':
      throw new BenchError(`${targetLabel(target)} has no server to ask, and there is no simulated engine of it.`, {
        code: 'bad-target',
        remedy: `Give its base URL, in code (\`url\`) or as ${URL_VARIABLES[target.framework]}, or how to start it (\`launch\`).`,
      })
  }
}

/** What a server says may hold what it was sent, or what a terminal would obey; so may what a thread died of. */
function presentable({ records, threads, ...result }: LoadResult, target: Target): LoadResult {
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

function wireRequests(
  target: Target,
  load: LoadOptions,
): (request: { prompt: string; outputTokens: number }) => WireRequest {
  return (request) => toWireRequest(target, bodyInput(target, load, request))
}
