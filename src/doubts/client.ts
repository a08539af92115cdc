import { MAX_CLIENT_ERROR, type Metrics } from '../report.ts'
import type { Ms } from '../base/units.ts'
import { percent } from '../metrics/percent.ts'
import type { TrialDoubt, TrialFacts } from './trial-facts.ts'

/**
 * What the client promises for itself at P99, on a machine that is not busy. Of a server that answers within milliseconds 5 %
 * of the median TTFT is less than any timer keeps; and as latency counts from the due time, lateness never makes a server look
 * faster than it is.
 */
const TOLERATED_LATENESS: Ms = 2

/** From here on the errors of a client grow fast: what waits for its thread queues. */
const BUSY_SHARE = 0.7

/** The most that the client may be late at P99; null where nothing was answered. */
export function latenessLimit({ ttft }: Metrics): Ms | null {
  return ttft === null ? null : Math.max(TOLERATED_LATENESS, MAX_CLIENT_ERROR * ttft.p50)
}

/** The client was late: at fault may also be its cap of concurrency, or a server that fails requests. */
export function clientLate(trial: Pick<TrialFacts, 'metrics' | 'load' | 'answeredLateness'>): TrialDoubt[] {
  const { metrics, answeredLateness: ofAnswered } = trial
  const { maxConcurrency } = trial.load
  const { queueLateness, ttft } = metrics
  const limit = latenessLimit(metrics)
  if (queueLateness === null || ttft === null || limit === null || queueLateness.p99 <= limit) return []
  const cause =
    maxConcurrency === null ? 'the client was late' : `the client, or its cap of ${maxConcurrency}, held back`
  const share = percent(queueLateness.p99 / ttft.p50)
  const most = limit > TOLERATED_LATENESS ? `${MAX_CLIENT_ERROR * 100} %` : `${TOLERATED_LATENESS} ms`
  const others = (ofAnswered?.p99 ?? 0) > limit ? '' : ' The requests that were answered left in time.'
  const message = `At P99 ${cause} by ${queueLateness.p99.toFixed(1)} ms, ${share} of the median TTFT (${most} is the most).${others}`
  return [{ code: 'client-late', message }]
}

/** A thread of the client had hardly time to wait for anything. */
export function clientBusy({ validity }: Pick<TrialFacts, 'validity'>): TrialDoubt[] {
  const { utilisation, threads } = validity.client
  if (utilisation === null || utilisation <= BUSY_SHARE) return []
  const thread = threads === 1 ? 'thread' : `busiest of ${threads} threads`
  const message = `The client's ${thread} was at work for ${percent(utilisation)} of the run: above ${BUSY_SHARE * 100} % its times are late.`
  return [{ code: 'client-busy', message }]
}

/** What the client adds is no longer small beside what it measured. */
export function clientError({
  validity,
  metrics: { ttft, itl },
}: Pick<TrialFacts, 'validity' | 'metrics'>): TrialDoubt[] {
  const { calibration } = validity.client
  if (calibration === null) return []
  const shares = [
    { of: 'TTFT', error: calibration.ttft.p99, median: ttft?.p50 ?? 0 },
    { of: 'ITL', error: calibration.itl.p99, median: itl?.p50 ?? 0 },
  ].filter(({ error, median }) => median > 0 && error > MAX_CLIENT_ERROR * median)
  if (shares.length === 0) return []
  const { streams, eventsPerSecond } = calibration
  const what = shares.map(
    ({ of, error, median }) => `${error.toFixed(2)} ms to ${of} at P99, ${percent(error / median)} of the median`,
  )
  const message = `With ${streams} streams and ${eventsPerSecond.toFixed(0)} events/s the client adds ${what.join(', and ')}.`
  return [{ code: 'client-error', message }]
}

/** In virtual time there is no client to calibrate, and nothing to doubt. */
export function notCalibrated({ validity, target }: Pick<TrialFacts, 'validity' | 'target'>): TrialDoubt[] {
  const reason = validity.client.notCalibrated
  if (reason === null || target.simulated) return []
  return [{ code: 'not-calibrated', message: `What the client adds to the times is not known: ${reason}.` }]
}
