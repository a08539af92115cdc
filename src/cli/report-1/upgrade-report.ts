import { poolErrors, poolValidity } from '../../case/pool-validity.ts'
import { doubtsOverTrials } from '../../doubts/over-trials.ts'
import { decodeMeasured } from '../../metrics/measured-requests.ts'
import { perSecond } from '../../metrics/throughput.ts'
import {
  CASE_SCHEMA,
  REPORT_SCHEMA,
  type BenchReport,
  type CaseReport,
  type Distribution,
  type Doubt,
  type Metrics,
  type Trial,
} from '../../report.ts'
import { distribution } from '../../stats/distribution.ts'
import type { z } from 'zod'
import { OLD_REPORT_SCHEMA, OldReport, type OldRun } from './schema.ts'
import { upgradeVerdict } from './upgrade-verdict.ts'

/** Whether JSON says that it is a report of that schema. */
export function isOldReport(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'schema' in json && json.schema === OLD_REPORT_SCHEMA
}

/**
 * A report of schema `report@1` in today's form: its runs become the trials of their cases. Of several trials together it holds
 * what their columns do: times within 0.025 %, and no ITL. The ZodError of the old schema for what does not fit it.
 */
export function upgradeReport(json: unknown): BenchReport {
  const { runs, failedCases, falseFailChance }: z.infer<typeof OldReport> = OldReport.parse(json)
  return { schema: REPORT_SCHEMA, cases: casesOf(runs).map(upgradeCase), failedCases, falseFailChance }
}

/** The runs of each case, its trials in the order in which they ran. */
function casesOf(runs: readonly OldRun[]): OldRun[][] {
  const cases = new Map<string, OldRun[][]>()
  for (const run of runs) {
    const { trial: _trial, digest: _digest, ...load } = run.load
    // A server that was started again between two trials may have another port.
    const { url: _url, ...target } = run.target
    const key = JSON.stringify([run.case, target, load])
    const alike = cases.get(key) ?? []
    cases.set(key, alike)
    const latest = alike.at(-1)
    // The same trial twice is another case with the same name: two files may define one.
    if (latest === undefined || latest.some(({ load: { trial } }) => trial === run.load.trial)) alike.push([run])
    else latest.push(run)
  }
  return [...cases.values()].flat()
}

function upgradeCase(runs: readonly OldRun[]): CaseReport {
  const [first] = runs
  if (first === undefined) throw new RangeError('A case has at least one trial.')
  const trials = runs.map(trialOf)
  const { trial: _trial, digest: _digest, ...load } = first.load
  return {
    schema: CASE_SCHEMA,
    case: first.case,
    target: first.target,
    load,
    metrics: trials.length === 1 ? first.metrics : poolMetrics(trials),
    validity: poolValidity(
      trials.map(({ validity }) => validity),
      [],
    ),
    errors: poolErrors(runs.map(({ errors }) => errors)),
    verdicts: runs.flatMap((run) =>
      run.verdicts.map((verdict) => upgradeVerdict(verdict, runs.length === 1 ? null : run.load.trial)),
    ),
    doubts: doubtsOf(runs),
    trials,
    environment: first.environment,
  }
}

function trialOf({ load, metrics, validity, errors, requests, series, telemetry }: OldRun): Trial {
  const { warnings: _warnings, ...rest } = validity
  const { trial, seed, digest } = load
  return { trial, seed: seed + trial, digest, metrics, validity: rest, errors, requests, series, telemetry }
}

/** Doubts about the case, or that name their trials themselves. */
const ABOUT_THE_CASE: readonly Doubt['code'][] = ['short-sample', 'new-version', 'repeated']

function doubtsOf(runs: readonly OldRun[]): Doubt[] {
  const isAboutCase = ({ code }: Pick<Doubt, 'code'>): boolean => ABOUT_THE_CASE.includes(code)
  const aboutCase = runs.flatMap(({ validity }) => validity.warnings).filter(isAboutCase)
  const ofTrials = runs.map(({ load, validity }) => ({
    trial: load.trial,
    doubts: validity.warnings.filter((doubt) => !isAboutCase(doubt)),
  }))
  const once = new Map(aboutCase.map((doubt) => [doubt.message, { ...doubt, trial: null }]))
  return [...doubtsOverTrials(ofTrials), ...once.values()]
}

function poolMetrics(trials: readonly Trial[]): Metrics {
  const columns = trials.map(decodeMeasured)
  const metrics = trials.map((trial) => trial.metrics)
  const sum = (pick: (each: Metrics) => number): number => metrics.reduce((total, each) => total + pick(each), 0)
  const pooled = (column: 'ttft' | 'tpot' | 'e2eLatency' | 'lateness'): Distribution | null =>
    distribution(columns.flatMap((each) => each[column].filter((value) => value !== null)))
  const durationMs = sum((each) => each.durationMs)
  const completed = sum((each) => each.completed)
  const inputTokens = sum((each) => each.inputTokens)
  const outputTokens = sum((each) => each.outputTokens)
  const isGoodputKnown = metrics.every(({ goodput }) => goodput !== null)
  return {
    durationMs,
    completed,
    failed: sum(({ failed }) => failed),
    inputTokens,
    outputTokens,
    requestThroughput: perSecond(completed, durationMs),
    inputThroughput: perSecond(inputTokens, durationMs),
    outputThroughput: perSecond(outputTokens, durationMs),
    goodput: isGoodputKnown ? sum((each) => ((each.goodput ?? 0) * each.durationMs) / durationMs) : null,
    ttft: pooled('ttft'),
    tpot: pooled('tpot'),
    itl: null,
    e2eLatency: pooled('e2eLatency'),
    queueLateness: pooled('lateness'),
    peakConcurrency: Math.max(...metrics.map(({ peakConcurrency }) => peakConcurrency)),
  }
}
