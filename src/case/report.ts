import type { LoadResult } from '../load/run-load.ts'
import { isFill, type RequestRecord } from '../record.ts'
import {
  RUN_SCHEMA,
  type ClientFacts,
  type Environment,
  type LoadFacts,
  type RunReport,
  type TargetFacts,
  type Telemetry,
} from '../report.ts'
import { encodeRequests } from '../metrics/columns.ts'
import { countErrors } from '../metrics/error-rate.ts'
import { countedRecords, measuredRecords } from '../metrics/fill.ts'
import { paceOf } from '../metrics/pace.ts'
import { cachedPromptShare, promptTokenDifference } from '../metrics/prompt-parity.ts'
import { distribution } from '../stats/distribution.ts'
import { queueLateness } from '../metrics/queue-lateness.ts'
import { seriesOf } from '../metrics/series.ts'
import { stimulusOf } from '../metrics/stimulus.ts'
import { summarise } from '../metrics/summarise.ts'
import { hasOtherLength, invalidity, warningsOf } from '../doubts/doubts-of.ts'

export interface RunReportInput {
  /** `suite > case`. */
  readonly case: string
  readonly target: TargetFacts
  readonly load: LoadFacts
  readonly result: LoadResult
  /** Null where the server was not asked. */
  readonly telemetry: Telemetry | null
  readonly environment: Environment
  /** What is known of the client besides the result. */
  readonly client: Omit<ClientFacts, 'threads' | 'utilisation'>
  /** The unrecorded requests before the run. */
  readonly warmup?: { readonly sent: number; readonly failed: number } | undefined
  /** Whether a completed request met its objectives, for the goodput; see `meetsObjectives` in `src/slo/`. */
  readonly meetsObjectives?: (record: RequestRecord) => boolean
}

/**
 * Everything that can be said of a run without judging it: `verdicts` is empty, for the assertions to fill.
 *
 * BenchError `no-data` when no measured request was sent.
 */
export function buildRunReport(input: RunReportInput): RunReport {
  const { target, load, result, telemetry, environment, meetsObjectives, warmup } = input
  const { records, connections } = result
  const measured = measuredRecords(records)
  const counted = countedRecords(records)
  const metrics = summarise(records, { meetsObjectives })
  const answered = measured.filter(({ outcome }) => outcome.status === 'completed')
  const answeredLateness = distribution(answered.flatMap((record) => queueLateness.samples(record)))
  const pace = paceOf(measured)
  const stimulus = stimulusOf(measured)
  const cached = cachedPromptShare(records, telemetry)
  const client: ClientFacts = {
    ...input.client,
    threads: result.threads?.count ?? 1,
    utilisation: result.utilisation,
  }
  const { sentRate } = stimulus
  const offeredShare = load.requestRate === null || sentRate === null ? null : sentRate / load.requestRate
  return {
    schema: RUN_SCHEMA,
    case: input.case,
    target,
    load,
    metrics,
    verdicts: invalidity({ result, metrics, load, answeredLateness }),
    validity: {
      sentShare: measured.length / load.numPrompts,
      offeredShare,
      stimulus,
      lengthMismatches: counted.filter(hasOtherLength).length,
      tokenSources: tally(counted.flatMap(({ outputTokensSource }) => outputTokensSource ?? [])),
      finishReasons: tally(counted.flatMap(({ finishReason }) => finishReason ?? [])),
      pace,
      connections: connections === null ? null : { ...connections, connectMs: distribution(connections.connectMs) },
      promptTokenDifference: promptTokenDifference(measured),
      cachedPromptShare: cached,
      client,
      warmup: { sent: warmup?.sent ?? 0, failed: warmup?.failed ?? 0, trimmed: records.filter(isFill).length },
      warnings: warningsOf({
        target,
        load,
        result,
        metrics,
        answeredLateness,
        pace,
        telemetry,
        stimulus,
        client,
        cachedPromptShare: cached,
      }),
    },
    errors: countErrors(records),
    requests: encodeRequests(records),
    series: seriesOf(records),
    telemetry,
    environment,
  }
}

function tally(words: readonly string[]): Record<string, number> {
  return Object.fromEntries([...Map.groupBy(words, (word) => word)].map(([word, group]) => [word, group.length]))
}
