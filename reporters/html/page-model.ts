import { decodeRequests, type DecodedRequests } from '../../src/metrics/columns.ts'
import { measuredRequests } from '../../src/metrics/measured-requests.ts'
import { groupTrials, poolTrials, type CaseReport } from '../../src/metrics/pool-trials.ts'
import type { BenchReport, RunReport } from '../../src/report.ts'
import type { Ms } from '../../src/base/units.ts'
import { groupRuns, labelRuns, type Group } from '../groups.ts'
import { onlyWritable } from '../only-writable.ts'

/** The metrics of which every request's own value is kept. */
export type SampledMetric = 'ttft' | 'tpot'

/** A report as all parts of the page look at it: a case for each row of the table, and under it the trials. */
export interface PageModel {
  readonly report: BenchReport
  /** In the order of the table. */
  readonly groups: readonly Group[]
  readonly cases: readonly CaseReport[]
  /** In the order of the raw report. */
  readonly runs: readonly RunReport[]
  /** `vllm 0.4.1 base, 8 req/s` */
  label(row: CaseReport): string
  /** The colour and dash of the row's group. */
  style(row: CaseReport): number
  trials(row: CaseReport): readonly RunReport[]
  /** Of all, those that filled the batch included: the course of the run. */
  requests(run: RunReport): DecodedRequests
  /** The values of the measured requests of all trials, ascending. */
  samples(row: CaseReport, metric: SampledMetric): Float64Array
}

/** A case that cannot be written is a failed one here too. */
export function pageModel(bench: BenchReport): PageModel {
  const report = onlyWritable(bench)
  const sorted = groupRuns(report.runs).flatMap(({ runs }) => runs)
  const trials = new Map(groupTrials(sorted).map((runs) => [poolTrials(runs), runs]))
  const groups = groupRuns([...trials.keys()])
  const cases = groups.flatMap(({ runs }) => runs)
  const labels = labelRuns(cases)
  const styles = new Map(groups.flatMap(({ runs }, style) => runs.map((row) => [row, style] as const)))
  const requests = remembered((run: RunReport) => decodeRequests(run.requests))
  const trialsOf = (row: CaseReport): readonly RunReport[] => trials.get(row) ?? []
  const samplesOf = (metric: SampledMetric): ((row: CaseReport) => Float64Array) =>
    remembered((row) => ascending(trialsOf(row).flatMap((run) => measuredRequests(run)[metric])))
  const samples = { ttft: samplesOf('ttft'), tpot: samplesOf('tpot') }
  return {
    report,
    groups,
    cases,
    runs: sorted,
    label: (row) => labels.get(row) ?? row.case,
    style: (row) => styles.get(row) ?? 0,
    trials: trialsOf,
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
