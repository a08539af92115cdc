import * as z from 'zod'
import { flatMetrics } from '../metrics/flat-metrics.ts'
import { findMetric } from '../metrics/find-metric.ts'
import { isBuffered } from '../metrics/pace.ts'
import { obstaclesToComparison } from './obstacles-to-comparison.ts'
import { FRAMEWORK_IDS, type BenchReport, type CaseReport, type Trial } from '../report.ts'

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

/** One entry for each case of a report that can be compared with others. */
export function historyEntries({ cases }: BenchReport): { entries: HistoryEntry[]; leftOut: LeftOut[] } {
  const entries: HistoryEntry[] = []
  const leftOut: LeftOut[] = []
  for (const one of cases) {
    const reason = unusable(one)
    if (reason === null) entries.push(entryOf(one))
    else leftOut.push({ case: one.case, reason })
  }
  return { entries, leftOut }
}

function entryOf({ case: name, target, load, trials, environment }: CaseReport): HistoryEntry {
  const [first] = trials
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
    digest: first?.digest ?? null,
    recordedAt: environment.startedAt,
    trials: trials.map((trial) => ({
      seed: trial.seed,
      metrics: Object.fromEntries(flatMetrics(trial.metrics).filter(([path]) => isObserved(path, trial))),
    })),
  }
}

/** Behind a proxy that buffers, what needs the pace of the answers is not the server's. */
function isObserved(path: string, { validity }: Trial): boolean {
  const metric = findMetric(path)
  const needsPace = metric?.kind === 'distribution' && metric.unseen?.why === 'no-pace'
  return !needsPace || !isBuffered(validity.pace)
}

function unusable(report: CaseReport): string | null {
  if (report.metrics.completed === 0) return 'no request completed'
  const [obstacle] = obstaclesToComparison(report)
  return obstacle === undefined ? null : `the run cannot be compared: ${obstacle}`
}
