import { doubtsOf } from '../doubts/doubts-of.ts'
import { hasOtherLength } from '../doubts/answers.ts'
import type { TrialDoubt, TrialFacts } from '../doubts/trial-facts.ts'
import type { LoadResult } from '../load/run-load.ts'
import { encodeRequests } from '../metrics/columns.ts'
import { countErrors } from '../metrics/count-errors.ts'
import { countedRecords, measuredRecords } from '../metrics/fill.ts'
import { paceOf } from '../metrics/pace.ts'
import { cachedPromptShare, promptTokenDifference } from '../metrics/prompt-parity.ts'
import { queueLateness } from '../metrics/queue-lateness.ts'
import { seriesOf } from '../metrics/series.ts'
import { stimulusOf } from '../metrics/stimulus.ts'
import { summarise } from '../metrics/summarise.ts'
import { isFill, type RequestRecord } from '../record.ts'
import type { ClientFacts, LoadFacts, TargetFacts, Telemetry, Trial, Validity } from '../report.ts'
import { distribution } from '../stats/distribution.ts'
import type { Ms } from '../base/units.ts'
import type { ValidityVerdict } from '../verdict/verdict.ts'
import { invalidityOf } from './invalidity.ts'

export interface TrialInput {
  readonly target: TargetFacts
  readonly load: LoadFacts
  /** Its number; the seed of its workload is that of the load plus this. */
  readonly trial: number
  /** Of its workload. */
  readonly digest: string
  readonly result: LoadResult
  /** Null where the server was not asked. */
  readonly telemetry: Telemetry | null
  /** What is known of the client besides the result. */
  readonly client: Omit<ClientFacts, 'threads' | 'utilisation'>
  /** The unrecorded requests before it. */
  readonly warmup?: { readonly sent: number; readonly failed: number } | undefined
  /** Whether a completed request met its objectives, for the goodput; see `meetsObjectives` in `src/slo/`. */
  readonly meetsObjectives?: ((record: RequestRecord) => boolean) | undefined
}

/** A trial that was sent, with what only all trials together can say or keep. */
export interface MeasuredTrial {
  readonly report: Trial
  readonly records: readonly RequestRecord[]
  readonly doubts: TrialDoubt[]
  /** Why its numbers must not be judged; empty when they may. */
  readonly invalid: readonly ValidityVerdict[]
  /** How long each of its connections took until it could be used. */
  readonly connectMs: readonly Ms[]
}

/** Everything that can be said of a trial without judging its numbers. BenchError `no-data` when no measured request was sent. */
export function buildTrial(input: TrialInput): MeasuredTrial {
  const { target, load, trial, digest, result, telemetry, meetsObjectives } = input
  const { records, connections } = result
  const metrics = summarise(records, { meetsObjectives })
  const answered = measuredRecords(records).filter(({ outcome }) => outcome.status === 'completed')
  const facts: TrialFacts = {
    target,
    load,
    result,
    records,
    metrics,
    answeredLateness: distribution(answered.flatMap((record) => queueLateness.samples(record))),
    validity: validityOf(input),
    telemetry,
  }
  return {
    report: {
      trial,
      seed: load.seed + trial,
      digest,
      metrics,
      validity: facts.validity,
      errors: countErrors(records),
      requests: encodeRequests(records),
      series: seriesOf(records),
      telemetry,
    },
    records,
    doubts: doubtsOf(facts),
    invalid: invalidityOf(facts),
    connectMs: connections?.connectMs ?? [],
  }
}

function validityOf({ load, result, telemetry, client, warmup }: TrialInput): Validity {
  const { records, connections } = result
  const measured = measuredRecords(records)
  const counted = countedRecords(records)
  const stimulus = stimulusOf(measured)
  const { sentRate } = stimulus
  return {
    sentShare: measured.length / load.numPrompts,
    offeredShare: load.requestRate === null || sentRate === null ? null : sentRate / load.requestRate,
    stimulus,
    lengthMismatches: counted.filter(hasOtherLength).length,
    tokenSources: tally(counted.flatMap(({ outputTokensSource }) => outputTokensSource ?? [])),
    finishReasons: tally(counted.flatMap(({ finishReason }) => finishReason ?? [])),
    pace: paceOf(measured),
    connections: connections === null ? null : { ...connections, connectMs: distribution(connections.connectMs) },
    promptTokenDifference: promptTokenDifference(measured),
    cachedPromptShare: cachedPromptShare(records, telemetry),
    client: { ...client, threads: result.threads?.count ?? 1, utilisation: result.utilisation },
    warmup: { sent: warmup?.sent ?? 0, failed: warmup?.failed ?? 0, trimmed: records.filter(isFill).length },
  }
}

function tally(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, group]) => [word, group.length]))
}
