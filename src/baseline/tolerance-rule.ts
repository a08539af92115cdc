import { CATALOG } from '../metrics/catalog.ts'
import { errorRateOf } from '../metrics/error-rate.ts'
import type { Metric } from '../metrics/metric.ts'
import type { Metrics, RunReport, Verdict } from '../report.ts'
import { formatLimit, formatValue } from '../slo/format-value.ts'
import type { RegressionRule } from './regression-rule.ts'

/** One number that must not get worse. */
export interface Gate {
  readonly metric: 'ttft' | 'tpot' | 'e2eLatency' | 'requestThroughput' | 'outputThroughput' | 'errorRate'
  /** Of a latency; null for the others. */
  readonly statistic: 'p50' | 'p90' | null
  /** The share by which it may be worse: 0.05 is 5 %. */
  readonly tolerance: number
}

/**
 * Typical values by 5 %, tails by 10 %, and no more failures than before. P99 is not gated: for a true slowdown of 5 %
 * it takes 40 and more pairs of 200 requests to tell a P99 from noise, where a P50 takes three. Assert it by an SLO.
 */
export const DEFAULT_GATES: readonly Gate[] = [
  { metric: 'ttft', statistic: 'p50', tolerance: 0.05 },
  { metric: 'ttft', statistic: 'p90', tolerance: 0.1 },
  { metric: 'tpot', statistic: 'p50', tolerance: 0.05 },
  { metric: 'tpot', statistic: 'p90', tolerance: 0.1 },
  { metric: 'e2eLatency', statistic: 'p50', tolerance: 0.05 },
  { metric: 'e2eLatency', statistic: 'p90', tolerance: 0.1 },
  { metric: 'errorRate', statistic: null, tolerance: 0 },
  { metric: 'requestThroughput', statistic: null, tolerance: 0.05 },
  { metric: 'outputThroughput', statistic: null, tolerance: 0.05 },
]

/** A latency this little above its baseline is never a regression, however small the baseline. */
const FLOOR_MS = 1

/**
 * A fixed tolerance on each gate, against the mean of the accepted runs.
 *
 * It knows nothing of noise: right for simulated engines, whose runs repeat exactly; on a real server expect false
 * alarms. A number that either side lacks fails, because no data is no evidence; leave its gate out where a load cannot
 * have it (TPOT of one-token answers).
 */
export function toleranceRule(gates: readonly Gate[] = DEFAULT_GATES): RegressionRule {
  return { judge: (candidate, baseline) => gates.map((gate) => judgeGate(gate, candidate, baseline)) }
}

function judgeGate(gate: Gate, candidate: RunReport, baseline: readonly RunReport[]): Verdict {
  const { unit, better } = metricOf(gate)
  const name = gate.statistic === null ? gate.metric : `${gate.metric}.${gate.statistic}`
  const sign = better === 'lower' ? '<=' : '>='
  const observed = valueOf(gate, candidate.metrics)
  const before = meanOf(baseline.map(({ metrics }) => valueOf(gate, metrics)))
  const base = { kind: 'baseline' as const, observed }
  if (before === null || observed === null) {
    const lacking = before === null ? 'the baseline' : 'this run'
    const message = `${name}: ${lacking} has no such value, and no data is a failure`
    return { ...base, objective: `${name} ${sign} baseline`, verdict: 'fail', limit: null, message }
  }
  const limit = limitOf(gate, before)
  const objective = `${name} ${sign} ${formatLimit(Number(limit.toPrecision(6)), unit)}`
  const worse = better === 'lower' ? observed > limit : observed < limit
  const values = `${name} ${formatValue(observed, unit)}, baseline ${formatValue(before, unit)}`
  const message = `${values} (${judgement(gate, before, observed, worse)})`
  return { ...base, objective, verdict: worse ? 'fail' : 'pass', limit, message }
}

function limitOf(gate: Gate, before: number): number {
  const { unit, better } = metricOf(gate)
  if (better === 'higher') return before * (1 - gate.tolerance)
  return Math.max(before * (1 + gate.tolerance), unit === 'ms' ? before + FLOOR_MS : before)
}

/** `+12.0 %: worse, limit 5 %`, `-8.0 %: improved`, `+1.0 %: within 5 %`. */
function judgement(gate: Gate, before: number, observed: number, worse: boolean): string {
  const { better, unit } = metricOf(gate)
  const change = before === 0 ? formatValue(observed - before, unit) : `${(100 * (observed / before - 1)).toFixed(1)} %`
  const signed = observed > before ? `+${change}` : change
  const allowed = `${gate.tolerance * 100} %`
  if (worse) return `${signed}: worse, limit ${allowed}`
  const gain = better === 'lower' ? before - observed : observed - before
  const improved = gain > before * gate.tolerance && (unit !== 'ms' || gain > FLOOR_MS)
  return improved
    ? `${signed}: improved`
    : `${signed}: within ${unit === 'ms' ? `${allowed} or ${FLOOR_MS} ms` : allowed}`
}

function valueOf({ metric, statistic }: Gate, metrics: Metrics): number | null {
  switch (metric) {
    case 'errorRate':
      return errorRateOf(metrics)
    case 'requestThroughput':
    case 'outputThroughput':
      // A run that completed nothing has no throughput to be compared, only failures.
      return metrics.completed === 0 ? null : finite(metrics[metric])
    case 'ttft':
    case 'tpot':
    case 'e2eLatency':
      return finite(metrics[metric]?.[statistic ?? 'p50'])
  }
}

/** Null as soon as one is missing. */
function meanOf(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null)
  return present.length < values.length ? null : present.reduce((sum, value) => sum + value, 0) / values.length
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}

function metricOf({ metric }: Gate): Metric {
  const found = CATALOG.find(({ id }) => id === metric)
  if (found === undefined) throw new RangeError(`${metric} is not in the catalog.`)
  return found
}
