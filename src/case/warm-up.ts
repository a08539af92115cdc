import { BenchError } from '../base/errors.ts'
import { e2eLatency } from '../metrics/e2e-latency.ts'
import { countErrors } from '../metrics/count-errors.ts'
import type { RequestRecord } from '../record.ts'
import type { Metrics } from '../report.ts'
import { distribution } from '../stats/distribution.ts'
import type { Ms } from '../base/units.ts'
import { fillCount, withFill } from '../workload/fill.ts'
import type { Workload } from '../workload/workload.ts'
import type { ResolvedLoad } from './resolve-case.ts'
import type { RunCaseOptions } from './serving-case.ts'

const WARMUP_SHARE = 0.1
const MOST_WARMUP = 20
/** Far from the seeds of trials, so that neither puts the prompts of a trial into a cache. */
const WARMUP_SEED = 1_000_003
const FILL_SEED = 2_000_003

/** The unrecorded requests before a case. */
export interface Warmup {
  readonly sent: number
  readonly failed: number
  /** Median E2E; null where none was answered. */
  readonly medianAnswer: Ms | null
}

/** The load that warms the server up; null where nothing is to be warmed up, as by default a simulated engine. */
export function warmupLoad(load: ResolvedLoad, isServer: boolean): ResolvedLoad | null {
  const { warmup, numPrompts, seed } = load
  const auto = isServer ? Math.min(MOST_WARMUP, Math.ceil(numPrompts * WARMUP_SHARE)) : 0
  const count = warmup === 'auto' ? auto : warmup
  return count === 0 ? null : { ...load, numPrompts: count, seed: seed + WARMUP_SEED }
}

export function warmupOf(records: readonly RequestRecord[]): Warmup {
  const answers = distribution(records.flatMap((record) => e2eLatency.samples(record)))
  return {
    sent: records.length,
    failed: records.filter(({ outcome }) => outcome.status === 'failed').length,
    medianAnswer: answers?.p50 ?? null,
  }
}

/** The longest median answer that the case has seen: of the warm-up, or of a trial. */
export function longestAnswer({ medianAnswer }: Warmup, trials: readonly Metrics[]): Ms | null {
  const medians = [medianAnswer, ...trials.map(({ e2eLatency }) => e2eLatency?.p50 ?? null)]
  return medians.reduce((a, b) => (a === null || (b !== null && b > a) ? b : a), null)
}

/**
 * What a trial sends: its measured requests after those that fill the batch, as many as `fill` says. `auto` takes so many
 * as arrive while an answer takes its time (`fillCount`), where the server was warmed up; `medianAnswer` is the longest
 * median that the case has seen, undefined without a warm-up.
 */
export async function filled(
  measured: Workload,
  load: ResolvedLoad,
  medianAnswer: Ms | null | undefined,
  draw: (load: ResolvedLoad) => Promise<Workload>,
): Promise<Workload> {
  const { fill, seed } = load
  const auto = medianAnswer === undefined ? 0 : fillCount(measured, medianAnswer)
  const count = fill === 'auto' ? auto : fill
  if (count === 0) return measured
  return withFill(measured, await draw({ ...load, numPrompts: count, seed: seed + FILL_SEED }))
}

/** Says how many of the requests will count, where some do not. */
export function announce(
  warmup: Warmup | null,
  { fill = 0 }: Workload,
  { numPrompts, trials }: Pick<ResolvedLoad, 'numPrompts' | 'trials'>,
  { onPlan }: Pick<RunCaseOptions, 'onPlan'>,
): void {
  if (warmup === null && fill === 0) return
  const parts = [
    ...(warmup === null ? [] : [`${warmup.sent} ${warmup.sent === 1 ? 'request' : 'requests'} warmed the server up`]),
    ...(fill === 0 ? [] : [`${fill} ${fill === 1 ? 'fills' : 'fill'} its batch`]),
    `${numPrompts} ${numPrompts === 1 ? 'counts' : 'count'}${trials === 1 ? '' : `, in each of ${trials} trials`}`,
  ]
  onPlan?.(parts.join('; then '))
}

/** Of a trial that ended while its batch was filled: its failures are told here, or nowhere. */
export function nothingMeasured(name: string, fill: readonly RequestRecord[]): BenchError {
  const errors = countErrors(fill).map(
    ({ kind, count, example }) => `; ${count} of them failed with ${kind}: ${example}`,
  )
  const before = fill.length === 0 ? '' : ` ${fill.length} were sent to fill the batch${errors.join('')}.`
  return new BenchError(`${name} was cut short before its first measured request.${before}`, {
    code: 'no-data',
    remedy: 'Look at what ended the run: a signal, `--bail`, a time-out, or a server that was lost.',
  })
}
