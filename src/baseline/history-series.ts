import { findMetric } from '../metrics/find-metric.ts'
import { findChangePoints } from '../stats/change-points.ts'
import { mean, variance } from '../stats/variance.ts'
import { withoutVersion } from './case-identity.ts'
import type { HistoryEntry } from './history.ts'

/** Everything recorded of one case: the same framework, variant, model, rate and workload, version after version. */
export interface CaseHistory {
  /** Without the version, wherever a title has it. */
  readonly case: string
  readonly framework: HistoryEntry['framework']
  readonly variant: string
  readonly model: string | null
  readonly simulated: boolean
  readonly requestRate: number | null
  /** In the order in which they were first recorded. */
  readonly versions: readonly VersionTrials[]
}

export interface VersionTrials {
  /** As the server told it, or the day of the recording. */
  readonly version: string
  /** Of the first recording. */
  readonly recordedAt: string
  readonly trials: HistoryEntry['trials']
}

/** Where a metric of a case changed for good, or seems to. */
export interface Change {
  readonly metric: string
  /** Of the first version after the change, in `versions`. */
  readonly index: number
  /** `suspected`: only the newest version shows it. Measure that version again before you call it a change. */
  readonly certainty: 'confirmed' | 'suspected'
  readonly direction: 'worse' | 'better'
  /** Geometric means of the versions between this change and its neighbours, in the metric's unit. */
  readonly before: number
  readonly after: number
}

/** Sorts entries into histories, in the order in which each was first recorded. Recording a version twice adds trials. */
export function caseHistories(entries: readonly HistoryEntry[]): CaseHistory[] {
  const sorted = entries.toSorted((a, b) => (a.recordedAt < b.recordedAt ? -1 : a.recordedAt > b.recordedAt ? 1 : 0))
  const cases = Map.groupBy(sorted, (entry) => {
    const { framework, variant, model, simulated, requestRate, digest } = entry
    const name = withoutVersion(entry.case, entry)
    return JSON.stringify([name, framework, variant, model, simulated, requestRate, digest])
  })
  return [...cases.values()].map((members): CaseHistory => {
    const [first] = members
    const { framework, variant, model, simulated, requestRate } = first!
    const versions = Map.groupBy(members, ({ version, recordedAt }) => version ?? recordedAt.slice(0, 10))
    return {
      case: withoutVersion(first!.case, first!),
      framework,
      variant,
      model,
      simulated,
      requestRate,
      versions: [...versions].map(([version, same]) => ({
        version,
        recordedAt: same[0]!.recordedAt,
        trials: same.flatMap(({ trials }) => trials),
      })),
    }
  })
}

/** The value of a metric for a version, the geometric mean over its trials; null when one of them does not have it. */
export function versionValue({ trials }: VersionTrials, metric: string): number | null {
  const logs = logsOf(trials, metric)
  return logs === null ? null : Math.exp(mean(logs))
}

/** What the trials of one version gave. */
export interface VersionSpread {
  /** The geometric mean, in the metric's unit. */
  readonly mean: number
  /** The lowest and the highest trial. */
  readonly least: number
  readonly most: number
  readonly trials: number
}

/** The same with its spread. */
export function versionSpread(version: VersionTrials, metric: string): VersionSpread | null {
  const mean = versionValue(version, metric)
  if (mean === null) return null
  const values = version.trials.flatMap(({ metrics }) => metrics[metric] ?? [])
  return { mean, least: Math.min(...values), most: Math.max(...values), trials: values.length }
}

/** The changes of one metric, oldest first. Versions without the metric, or with a zero, are passed over. */
export function changesOf({ versions }: CaseHistory, metric: string): Change[] {
  const points = versions.flatMap((version, index) => {
    const logs = logsOf(version.trials, metric)
    return logs === null ? [] : [{ index, logs, value: mean(logs) }]
  })
  const values = points.map(({ value }) => value)
  const found = findChangePoints({ values, ...replicates(points.map(({ logs }) => logs)) })
  const bounds = [0, ...found, values.length]
  return found.map((at, i): Change => {
    const before = mean(values.slice(bounds[i], at))
    const after = mean(values.slice(at, bounds[i + 2]))
    return {
      metric,
      index: points[at]!.index,
      certainty: at === values.length - 1 ? 'suspected' : 'confirmed',
      direction: after > before === isLowerBetter(metric) ? 'worse' : 'better',
      before: Math.exp(before),
      after: Math.exp(after),
    }
  })
}

/** Whether the noise of the metric was seen within versions, and not only between them. */
export function hasReplicates({ versions }: CaseHistory): boolean {
  return versions.some(({ trials }) => trials.length > 1)
}

/**
 * Pooled standard deviation within versions over the root of the trials a version. Without replicates it is 0, and the
 * differences between versions alone say what is noise; two trials a version then stand for the degrees of freedom.
 */
function replicates(logs: readonly (readonly number[])[]): { replicateSd: number; trials: number } {
  const repeated = logs.filter((trials) => trials.length > 1)
  if (repeated.length === 0) return { replicateSd: 0, trials: 2 }
  const freedom = repeated.reduce((sum, trials) => sum + trials.length - 1, 0)
  const pooled = repeated.reduce((sum, trials) => sum + (trials.length - 1) * variance(trials), 0) / freedom
  const perVersion = mean(logs.map((trials) => trials.length))
  return { replicateSd: Math.sqrt(pooled / perVersion), trials: Math.max(2, Math.round(perVersion)) }
}

function logsOf(trials: HistoryEntry['trials'], metric: string): number[] | null {
  const logs = trials.map(({ metrics }) => Math.log(metrics[metric] ?? Number.NaN))
  return logs.every(Number.isFinite) ? logs : null
}

/** Of a metric that the catalog does not know, an import of another tool, less is taken to be better. */
function isLowerBetter(metric: string): boolean {
  return findMetric(metric)?.better !== 'higher'
}
