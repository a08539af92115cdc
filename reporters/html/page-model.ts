import { decodeRequests, type DecodedRequests } from '../../src/metrics/columns.ts'
import { decodeMeasured } from '../../src/metrics/measured-requests.ts'
import type { BenchReport, CaseReport, Trial } from '../../src/report.ts'
import type { Ms } from '../../src/base/units.ts'
import { groupCases, labelCases, type Group } from '../groups.ts'
import { onlyWritable } from '../only-writable.ts'

/** The metrics of which every request's own value is kept. */
export type SampledMetric = 'ttft' | 'tpot'

/** A report as all parts of the page look at it. */
export interface PageModel {
  readonly report: BenchReport
  /** In the order of the table. */
  readonly groups: readonly Group[]
  /** Likewise, and in the order of the raw report. */
  readonly cases: readonly CaseReport[]
  /** `vllm 0.4.1 base, 8 req/s` */
  label(row: CaseReport): string
  /** The colour and dash of the row's group. */
  style(row: CaseReport): number
  /** Of all, those that filled the batch included: the course of the trial. */
  requests(trial: Trial): DecodedRequests
  /** The values of the measured requests of all trials, ascending. */
  samples(row: CaseReport, metric: SampledMetric): Float64Array
}

/** A case that cannot be written is a failed one here too. */
export function pageModel(bench: BenchReport): PageModel {
  const report = onlyWritable(bench)
  const groups = groupCases(report.cases)
  const cases = groups.flatMap((group) => group.cases)
  const labels = labelCases(cases)
  const styles = new Map(groups.flatMap((group, style) => group.cases.map((row) => [row, style] as const)))
  const requests = remembered((trial: Trial) => decodeRequests(trial.requests))
  const samplesOf = (metric: SampledMetric): ((row: CaseReport) => Float64Array) =>
    remembered((row) => ascending(row.trials.flatMap((trial) => decodeMeasured(trial)[metric])))
  const samples = { ttft: samplesOf('ttft'), tpot: samplesOf('tpot') }
  return {
    report,
    groups,
    cases,
    label: (row) => labels.get(row) ?? row.case,
    style: (row) => styles.get(row) ?? 0,
    requests,
    samples: (row, metric) => samples[metric](row),
  }
}

function ascending(values: readonly (Ms | null)[]): Float64Array {
  return Float64Array.from(values.filter((value) => value !== null)).sort()
}

/** Columns are decoded once, however many figures look at them. */
function remembered<K extends object, V>(compute: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>()
  return (key) => {
    const value = known.get(key) ?? compute(key)
    known.set(key, value)
    return value
  }
}
