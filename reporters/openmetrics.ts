import { CATALOG } from '../src/metrics/catalog.ts'
import type { Metric } from '../src/metrics/metric.ts'
import type { BenchReport, CaseReport, Trial } from '../src/report.ts'
import { caseVerdict } from '../src/verdict/case-verdict.ts'
import { MS_PER_SECOND } from '../src/base/units.ts'
import { groupCases } from './groups.ts'
import { onlyWritable } from './only-writable.ts'
import { plainLine } from '../src/base/plain-text.ts'
import { formatRequestRate } from './units.ts'

/**
 * The trials as OpenMetrics text, for a Pushgateway or a file that node_exporter reads: every number is a gauge of the last
 * run, `llm_bench_ttft_seconds{framework="vllm",request_rate="8",statistic="p99",...}`. Times are in seconds, as is usual
 * there; what was not measured has no line, and no line has a time stamp (a Pushgateway refuses them).
 *
 * `llm_bench_case_passed` is 1 for a case whose verdict is `pass` and 0 for any other, cases that did not run included. It is one
 * sample for each case, so it has no label `trial`.
 */
export function renderOpenMetrics(report: BenchReport): string {
  const { cases, failedCases } = onlyWritable(report)
  const sorted = groupCases(cases).flatMap((group) => group.cases)
  const families = CATALOG.map((metric) => family(metric, sorted))
  const passed: Sample[] = [
    ...sorted.map((row) => ({ labels: labelsOf(row), value: caseVerdict(row) === 'pass' ? 1 : 0 })),
    ...failedCases.map(({ case: name, framework }) => ({
      labels: { case: name, framework: framework ?? '' },
      value: 0,
    })),
  ]
  return [
    ...families.flatMap(familyLines),
    ...familyLines({ name: 'llm_bench_case_passed', unit: null, help: 'Whether the case passed.', samples: passed }),
    '# EOF',
    '',
  ].join('\n')
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

interface Family {
  readonly name: string
  readonly unit: string | null
  readonly help: string
  readonly samples: readonly Sample[]
}

function family(metric: Metric, cases: readonly CaseReport[]): Family {
  const unit = metric.unit === 'ms' ? 'seconds' : null
  const words = metric.id.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return {
    name: `llm_bench_${words}${unit === null ? '' : `_${unit}`}`,
    unit,
    help: `${metric.label}${unit === null && metric.unit !== 'share' ? `, ${metric.unit}` : ''}.`,
    samples: cases.flatMap((row) => row.trials.flatMap((trial) => samplesOf(metric, row, trial))),
  }
}

function samplesOf(metric: Metric, row: CaseReport, { trial, metrics }: Trial): Sample[] {
  const labels = { ...labelsOf(row), trial: String(trial) }
  const scale = metric.unit === 'ms' ? 1 / MS_PER_SECOND : 1
  const value = metric.of(metrics)
  if (value === null) return []
  if (typeof value === 'number') return [{ labels, value: value * scale }]
  return Object.entries(value)
    .filter(([statistic]) => statistic !== 'count')
    .map(([statistic, each]) => ({ labels: { ...labels, statistic }, value: each * scale }))
}

function labelsOf({ case: name, target, load }: CaseReport) {
  return {
    case: name,
    framework: target.framework,
    version: target.version ?? '',
    variant: target.variant,
    model: target.model ?? '',
    request_rate: formatRequestRate(load.requestRate),
    simulated: String(target.simulated),
  }
}

function familyLines({ name, unit, help, samples }: Family): string[] {
  if (samples.length === 0) return []
  return [
    `# TYPE ${name} gauge`,
    ...(unit === null ? [] : [`# UNIT ${name} ${unit}`]),
    `# HELP ${name} ${help}`,
    ...samples.map(({ labels, value }) => `${name}{${labelText(labels)}} ${value}`),
  ]
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${plainLine(value).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
    .join(',')
}
