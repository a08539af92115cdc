import type { Arrival } from '../arrival/arrival.ts'
import { poisson } from '../arrival/index.ts'
import { DEFAULT_TIMEOUTS, type Timeouts } from '../client/timeouts.ts'
import { createUndiciTransport } from '../client/undici-transport.ts'
import type { Transport, WireRequest } from '../client/transport.ts'
import type { Clock } from '../clock.ts'
import { createRealClock } from '../dispatch/real-clock.ts'
import type { Progress } from '../dispatch/progress.ts'
import { runLoad } from '../dispatch/run-load.ts'
import { createVirtualClock } from '../dispatch/virtual-clock.ts'
import { BenchError } from '../errors.ts'
import { discover } from '../frameworks/discover.ts'
import { targetLabel, type Target } from '../frameworks/target.ts'
import { URL_VARIABLES } from '../frameworks/url-variables.ts'
import { toWireRequest } from '../frameworks/wire-request.ts'
import { buildRunReport } from '../metrics/run-report.ts'
import type { RequestRecord } from '../record.ts'
import { redactor } from '../redact.ts'
import type { Environment, TargetFacts } from '../report.ts'
import { createSimulatedTransport } from '../simulator/simulated-transport.ts'
import { meetsObjectives } from '../slo/objectives.ts'
import type { Slo } from '../slo/slo.ts'
import { createWorkload } from '../workload/create-workload.ts'
import { studyLengths } from '../workload/study-lengths.ts'
import type { Dataset, Workload } from '../workload/workload.ts'
import { checkLength, checkLoad } from './check-options.ts'
import type { ServingRun } from './types.ts'

/** One load run: what is sent, when, and how it is judged. */
export interface LoadOptions {
  /** Requests a second; `Infinity` sends all at once. */
  readonly requestRate: number
  readonly numPrompts: number
  /** Default: prompts of random words, with the length law of the published study. */
  readonly dataset?: Dataset
  /** Default: Poisson. */
  readonly arrival?: Arrival
  /** At most so many in flight; the wait for a slot counts as latency. Default: no limit. */
  readonly maxConcurrency?: number
  /** Default 0. The same seed is the same stimulus, whatever the target. */
  readonly seed?: number
  /** Repetition of the case, from 0: its workload has the seed `seed + trial`. */
  readonly trial?: number
  /** Ask for answers of exactly the workload's lengths, where the server can. Default true. */
  readonly fixedLength?: boolean
  readonly timeouts?: Partial<Timeouts>
  /** Objectives that each request of the goodput must meet. */
  readonly slo?: Slo
}

/** A load run with its name and its target: what travels through Vitest's `bench` to our provider. */
export interface ServingCase {
  readonly name: string
  readonly target: Target
  readonly load: LoadOptions
}

export interface RunCaseOptions {
  readonly environment: Environment
  readonly signal: AbortSignal
  readonly onProgress: ((progress: Progress) => void) | undefined
}

/** Room for what is in flight: sockets are cheap, and a request must never wait for one. */
const MAX_CONNECTIONS = 16_384

/** Runs one case from its target to its report. Throws BenchError when it cannot be run at all. */
export async function runCase(servingCase: ServingCase, options: RunCaseOptions): Promise<ServingRun> {
  const { name, load } = servingCase
  const workload = await makeWorkload(load)
  const target = await discover(servingCase.target)
  const clock = target.endpoint.kind === 'simulated' ? createVirtualClock() : createRealClock()
  const timeouts = { ...DEFAULT_TIMEOUTS, ...load.timeouts }
  const transport = openTransport(target, clock, workload.seed, timeouts)
  try {
    const measured = await runLoad({
      clock,
      transport,
      workload,
      toWireRequest: wireRequests(target, load),
      protocol: target.recipe.protocol,
      fixedLength: fixesLength(target, load),
      timeouts,
      maxConcurrency: load.maxConcurrency ?? null,
      signal: options.signal,
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    })
    const result = { ...measured, records: withoutSecrets(measured.records, target) }
    const report = buildRunReport({
      case: name,
      target: targetFacts(target),
      load: {
        requestRate: load.requestRate === Infinity ? null : load.requestRate,
        numPrompts: load.numPrompts,
        arrival: arrivalOf(load).label,
        dataset: datasetOf(load).label,
        maxConcurrency: load.maxConcurrency ?? null,
        seed: load.seed ?? 0,
        trial: load.trial ?? 0,
        digest: workload.digest,
      },
      result,
      environment: options.environment,
      ...(load.slo === undefined ? {} : { meetsObjectives: meetsObjectives(load.slo) }),
    })
    return { ...report.metrics, report, records: result.records }
  } finally {
    await transport.close()
  }
}

async function makeWorkload(load: LoadOptions): Promise<Workload> {
  checkLoad(load)
  const workload = await createWorkload({
    dataset: datasetOf(load),
    arrival: arrivalOf(load),
    count: load.numPrompts,
    requestRate: load.requestRate,
    seed: (load.seed ?? 0) + (load.trial ?? 0),
  })
  checkLength(workload)
  return workload
}

function datasetOf(load: LoadOptions): Dataset {
  return load.dataset ?? studyLengths()
}

function arrivalOf(load: LoadOptions): Arrival {
  return load.arrival ?? poisson()
}

function openTransport(target: Target, clock: Clock, seed: number, timeouts: Timeouts): Transport {
  switch (target.endpoint.kind) {
    case 'simulated':
      return createSimulatedTransport({ clock, profile: target.endpoint.profile, seed })
    case 'url':
      return createUndiciTransport({
        url: target.endpoint.url,
        connections: MAX_CONNECTIONS,
        connectTimeoutMs: timeouts.connect,
      })
    case 'unset':
      throw new BenchError(`${targetLabel(target)} has no server to ask, and there is no simulated engine of it.`, {
        code: 'bad-target',
        remedy: `Give its base URL, in code (\`url\`) or as ${URL_VARIABLES[target.framework] ?? 'its URL'}.`,
      })
  }
}

/** What a server says of a failed request may hold what it was sent. */
function withoutSecrets(records: readonly RequestRecord[], { endpoint }: Target): RequestRecord[] {
  const redact = redactor(endpoint.kind === 'url' ? endpoint.headers : {})
  return records.map((record) =>
    record.outcome.status === 'completed'
      ? record
      : { ...record, outcome: { ...record.outcome, message: redact(record.outcome.message) } },
  )
}

function fixesLength(target: Target, load: LoadOptions): boolean {
  return target.recipe.canFixLength && (load.fixedLength ?? true)
}

function wireRequests(
  target: Target,
  load: LoadOptions,
): (request: { prompt: string; outputTokens: number }) => WireRequest {
  const model = servedModel(target) ?? ''
  const fixedLength = fixesLength(target, load)
  return ({ prompt, outputTokens }) => toWireRequest(target, { model, prompt, outputTokens, fixedLength })
}

/** A simulated engine serves the model of its profile, whatever it is called elsewhere. */
function servedModel({ model, endpoint }: Target): string | null {
  return endpoint.kind === 'simulated' ? endpoint.profile.model : model
}

function targetFacts(target: Target): TargetFacts {
  const { framework, version, variant, endpoint } = target
  return {
    framework,
    version,
    variant,
    model: servedModel(target),
    url: endpoint.kind === 'url' ? endpoint.url : null,
    simulated: endpoint.kind === 'simulated',
    estimate: endpoint.kind === 'simulated' && endpoint.profile.estimate,
  }
}
