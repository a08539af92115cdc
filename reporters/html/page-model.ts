import { decodeRequests, type DecodedRequests } from '../../src/metrics/columns.ts'
import type { BenchReport, RunReport } from '../../src/report.ts'
import type { Ms } from '../../src/units.ts'
import { groupRuns, labelRuns, type Group } from '../groups.ts'

/** The metrics of which every request's own value is kept. */
export type SampledMetric = 'ttft' | 'tpot' | 'e2eLatency'

/** A report as all parts of the page look at it. */
export interface PageModel {
  readonly report: BenchReport
  /** In the order of the table. */
  readonly groups: readonly Group[]
  readonly runs: readonly RunReport[]
  /** `vllm 0.4.1 base, 8 req/s` */
  label(run: RunReport): string
  /** The colour and dash of the run's group. */
  style(run: RunReport): number
  requests(run: RunReport): DecodedRequests
  /** The values of a run's completed requests, ascending. */
  samples(run: RunReport, metric: SampledMetric): Float64Array
}

/** BenchError `bad-report` as `decodeRequests`, once a run's requests are asked for. */
export function pageModel(report: BenchReport): PageModel {
  const groups = groupRuns(report.runs)
  const runs = groups.flatMap((group) => group.runs)
  const labels = labelRuns(runs)
  const styles = new Map(groups.flatMap((group, style) => group.runs.map((run) => [run, style] as const)))
  const requests = remembered((run: RunReport) => decodeRequests(run.requests))
  const samples = {
    ttft: remembered((run: RunReport) => ascending(requests(run).ttft)),
    tpot: remembered((run: RunReport) => ascending(requests(run).tpot)),
    e2eLatency: remembered((run: RunReport) => ascending(requests(run).e2eLatency)),
  }
  return {
    report,
    groups,
    runs,
    label: (run) => labels.get(run) ?? run.case,
    style: (run) => styles.get(run) ?? 0,
    requests,
    samples: (run, metric) => samples[metric](run),
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
