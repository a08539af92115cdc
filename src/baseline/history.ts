import * as z from 'zod'
import { flatMetrics } from '../metrics/flat-metrics.ts'
import { isBuffered } from '../metrics/pace.ts'
import { obstaclesToComparison } from '../metrics/invalidities.ts'
import { groupTrials } from '../metrics/pool-trials.ts'
import { FRAMEWORK_IDS, type BenchReport, type RunReport } from '../report.ts'

export const HISTORY_SCHEMA = 'vitest-llm-bench/history@1'

/** What one recording of one case says of one version: a line of `history.jsonl`. */
export const HistoryEntry = z.object({
  schema: z.literal(HISTORY_SCHEMA),
  /** The case's name in its suite; of an imported result, what was known of it. */
  case: z.string(),
  source: z.enum(['vitest-llm-bench', 'vllm bench serve']),
  framework: z.enum(FRAMEWORK_IDS),
  /** Null when the server did not tell: the day of the recording stands for it. */
  version: z.string().nullable(),
  variant: z.string(),
  model: z.string().nullable(),
  simulated: z.boolean(),
  /** Null for all at once. */
  requestRate: z.number().positive().nullable(),
  /** Of the workload of the first trial; null when it is not known. Another workload begins another history. */
  digest: z.string().nullable(),
  recordedAt: z.iso.datetime(),
  /** `ttft.p50` and the like, ms and 1/s as in a report; only what was measured. */
  trials: z.array(z.object({ seed: z.int().nullable(), metrics: z.record(z.string(), z.number()) })).min(1),
})
export type HistoryEntry = z.infer<typeof HistoryEntry>

/** A run that tells nothing of its server does not enter a history. */
export interface LeftOut {
  readonly case: string
  readonly reason: string
}

/** One entry for each case and target of a report, with a trial for each of its runs. */
export function historyEntries({ runs }: BenchReport): { entries: HistoryEntry[]; leftOut: LeftOut[] } {
  const judged = runs.map((run) => ({ run, reason: unusable(run) }))
  const leftOut = judged.flatMap(({ run, reason }) => (reason === null ? [] : [{ case: run.case, reason }]))
  const usable = judged.flatMap(({ run, reason }) => (reason === null ? [run] : []))
  return { entries: groupTrials(usable).map(entryOf), leftOut }
}

function entryOf(runs: readonly RunReport[]): HistoryEntry {
  const trials = runs.toSorted((a, b) => a.load.trial - b.load.trial)
  const { case: name, target, load, environment } = trials[0]!
  return {
    schema: HISTORY_SCHEMA,
    case: name,
    source: 'vitest-llm-bench',
    framework: target.framework,
    version: target.version,
    variant: target.variant,
    model: target.model,
    simulated: target.simulated,
    requestRate: load.requestRate,
    digest: load.digest,
    recordedAt: environment.startedAt,
    trials: trials.map((run) => ({
      seed: run.load.seed + run.load.trial,
      metrics: Object.fromEntries(flatMetrics(run.metrics).filter(([name]) => isObserved(name, run))),
    })),
  }
}

/** TPOT and ITL of a run behind a proxy that buffers are not those of the server. */
function isObserved(name: string, { validity }: RunReport): boolean {
  return !isBuffered(validity.pace) || !/^(?:tpot|itl)\./.test(name)
}

function unusable(run: RunReport): string | null {
  if (run.metrics.completed === 0) return 'no request completed'
  const [obstacle] = obstaclesToComparison([run])
  return obstacle === undefined ? null : `the run cannot be compared: ${obstacle}`
}
