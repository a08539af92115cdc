import type { LoadResult } from '../load/run-load.ts'
import type { RequestRecord } from '../record.ts'
import type {
  ClientFacts,
  Distribution,
  LoadFacts,
  Metrics,
  Stimulus,
  TargetFacts,
  Telemetry,
  Verdict,
  Warning,
} from '../report.ts'
import { distribution } from '../stats/distribution.ts'
import { answerDoubts } from './answer-doubts.ts'
import { clientBusy, clientError, clientLate, latenessLimit, notCalibrated } from './client-doubts.ts'
import { e2eLatency } from './e2e-latency.ts'
import { countedRecords, measuredRecords } from './fill.ts'
import { offeredRate } from './offered-rate.ts'
import { isBuffered, unobservedPace, type Pace } from './pace.ts'
import { saturation } from './saturation.ts'
import { seconds } from './seconds.ts'
import { serverClientMismatch } from './server-client-mismatch.ts'
import { queueGrowing } from './server-queue.ts'
import { shortFill } from './short-fill.ts'
import { warmCache } from './warm-cache.ts'

/** The objective of the verdict on a client that was late. */
export const CLIENT_ON_TIME = 'client on time'

export interface WarningInput {
  readonly target: TargetFacts
  readonly load: LoadFacts
  readonly result: LoadResult
  readonly metrics: Metrics
  readonly pace: Pace
  /** How late the requests left that completed. */
  readonly answeredLateness: Distribution | null
  readonly telemetry: Telemetry | null
  readonly stimulus: Stimulus
  readonly client: ClientFacts
  readonly cachedPromptShare: number | null
}

/** Doubts that the records themselves raise, most general first. `short-sample` depends on the objectives: see slo. */
export function warningsOf({
  target,
  load,
  result,
  metrics,
  pace,
  answeredLateness,
  telemetry,
  stimulus,
  client,
  cachedPromptShare,
}: WarningInput): Warning[] {
  const { records } = result
  const measured = measuredRecords(records)
  const counted = countedRecords(records)
  return [
    ...simulated(target),
    ...estimate(target),
    ...insecureTls(target),
    ...aborted(result, load),
    ...clientCrashed(result),
    ...clientLate(metrics, load, answeredLateness),
    ...clientBusy(client),
    ...clientError(client, metrics),
    ...notCalibrated(client, target.simulated),
    // Of a part of the schedule the rate is left to chance, and such a run is not judged.
    ...(result.aborted ? [] : offeredRate(load, stimulus, measured.length)),
    ...saturated(load, records),
    ...shortFill(records, metrics),
    ...tooShort(load, measured),
    ...(telemetry === null || load.requestRate === null ? [] : queueGrowing(records, telemetry)),
    ...(telemetry === null ? [] : serverClientMismatch(records, telemetry)),
    ...warmCache(load, cachedPromptShare),
    ...tokenEstimate(counted),
    ...lengthMismatch(counted),
    ...buffered(pace),
    ...answerDoubts(counted),
    ...resent(result),
  ]
}

/**
 * Why the numbers of a run must not be judged at all: it was cut short, or its client was the bottleneck. A wait for a slot
 * under a cap of concurrency is the load that was asked for, and no fault of the client.
 *
 * The client is judged by the requests that were answered, because theirs is the latency that counts. A request that failed
 * counts as never answered however late it left, and why it was late is hard to tell: a server that dies stalls connections, and
 * often its machine.
 */
export function invalidity({
  result,
  metrics,
  load,
  answeredLateness,
}: Pick<WarningInput, 'result' | 'metrics' | 'load' | 'answeredLateness'>): Verdict[] {
  const late = load.maxConcurrency === null ? clientLate({ ...metrics, queueLateness: answeredLateness }, load) : []
  return [
    ...aborted(result, load).map(({ message }) => invalid('complete run', message, null, null)),
    ...clientCrashed(result).map(({ message }) => {
      const remedy = 'Send with fewer threads (`threads`), and report what it died of if that is a fault of this tool.'
      return invalid('client threads', `${message} ${remedy}`, null, null)
    }),
    ...late.map(({ message }) => {
      const remedy = 'Send from more threads (`threads`), or a bigger or less busy machine, or send less.'
      return invalid(CLIENT_ON_TIME, `${message} ${remedy}`, answeredLateness?.p99 ?? null, latenessLimit(metrics))
    }),
  ]
}

function invalid(objective: string, message: string, observed: number | null, limit: number | null): Verdict {
  return { kind: 'validity', objective, verdict: 'invalid', observed, limit, message }
}

/**
 * The answer ended, and not at the length that was asked for. Answers that failed half-way have no length of their own
 * and do not count, unless their length is why they failed.
 */
export function hasOtherLength({ outcome, outputTokens, requestedOutputTokens }: RequestRecord): boolean {
  if (outcome.status === 'failed') return outcome.kind === 'length-mismatch'
  return outputTokens !== null && outputTokens !== requestedOutputTokens
}

function simulated({ simulated: isSimulated, framework }: TargetFacts): Warning[] {
  if (!isSimulated) return []
  return [{ code: 'simulated', message: `These are numbers of a simulated ${framework} engine, not of a server.` }]
}

function estimate({ estimate: isEstimate, framework }: TargetFacts): Warning[] {
  if (!isEstimate) return []
  return [
    { code: 'estimate', message: `The ${framework} engine is an estimate: no published measurement stands behind it.` },
  ]
}

function insecureTls({ insecureTls: isInsecure }: TargetFacts): Warning[] {
  if (!isInsecure) return []
  return [{ code: 'insecure-tls', message: 'No certificate was checked: any machine on the way may have answered.' }]
}

function aborted({ aborted: wasAborted, records }: LoadResult, { numPrompts }: LoadFacts): Warning[] {
  if (!wasAborted) return []
  const sent = measuredRecords(records).length
  return [{ code: 'aborted', message: `The run was cut short after ${sent} of ${numPrompts} requests.` }]
}

function clientCrashed({ threads }: LoadResult): Warning[] {
  if (threads === undefined || threads.crash === null) return []
  const message = `Client thread ${threads.crash.thread} of ${threads.count} crashed (${threads.crash.reason}): what it had not handed back is lost.`
  return [{ code: 'client-crashed', message }]
}

/** Only where there was a rate to keep up with. */
function saturated({ requestRate }: LoadFacts, records: readonly RequestRecord[]): Warning[] {
  if (requestRate === null) return []
  const { saturated: verdict, message } = saturation(records)
  return verdict === 'yes' ? [{ code: 'saturated', message }] : []
}

/** A queue from idle takes its time to reach its level, and a stall its time to come: below this, length decides the numbers. */
const MIN_ARRIVALS_MS = 30_000
const MIN_ANSWERS_LONG = 10

function tooShort({ requestRate }: LoadFacts, records: readonly RequestRecord[]): Warning[] {
  const [first, last] = [records[0], records.at(-1)]
  const answers = distribution(records.flatMap((record) => e2eLatency.samples(record)))
  if (requestRate === null || first === undefined || last === undefined || answers === null) return []
  const arrivals = last.dueAt - first.dueAt
  const needed = Math.max(MIN_ARRIVALS_MS, MIN_ANSWERS_LONG * answers.p50)
  if (arrivals >= needed) return []
  const reason = needed > MIN_ARRIVALS_MS ? `${MIN_ANSWERS_LONG} median answers (${seconds(needed)})` : seconds(needed)
  const message = `Arrivals lasted ${seconds(arrivals)}, less than ${reason}: the numbers depend on the length of the run.`
  return [{ code: 'too-short', message }]
}

function tokenEstimate(records: readonly RequestRecord[]): Warning[] {
  const count = records.filter(({ outputTokensSource }) => outputTokensSource === 'events').length
  if (count === 0) return []
  const message = `The output tokens of ${count} of ${records.length} requests are estimated by counting events.`
  return [{ code: 'token-estimate', message }]
}

function lengthMismatch(records: readonly RequestRecord[]): Warning[] {
  const count = records.filter(hasOtherLength).length
  if (count === 0) return []
  const message = `${count} of ${records.length} answers had another length than was asked for.`
  return [{ code: 'length-mismatch', message }]
}

function buffered(pace: Pace): Warning[] {
  if (!isBuffered(pace)) return []
  return [
    { code: 'buffered', message: `TPOT and ITL are those of the other requests, if any: ${unobservedPace(pace)}.` },
  ]
}

function resent({ connections }: LoadResult): Warning[] {
  if (connections === null || connections.resent === 0) return []
  const message = `${connections.resent} requests were sent twice: the connection that they reused was lost before any byte of an answer.`
  return [{ code: 'resent', message }]
}
