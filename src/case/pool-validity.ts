import type { ClientFacts, Distribution, Metrics, RunReport, Stimulus, Verdict, Warning } from '../report.ts'
import { distribution } from '../stats/distribution.ts'
import { measuredRequests, type MeasuredRequests } from '../metrics/measured-requests.ts'
import { perSecond } from '../metrics/throughput.ts'

/** What can be said of a case whose trials are pooled: everything but the course of a single run. */
export type CaseReport = Omit<RunReport, 'requests' | 'series' | 'telemetry'>

/** The reports of each case, one array a case, its trials in the order in which they ran. */
export function groupTrials(reports: readonly RunReport[]): RunReport[][] {
  const groups = new Map<string, RunReport[][]>()
  for (const report of reports) {
    const { trial: _trial, digest: _digest, ...load } = report.load
    // A server that was started again between two trials may have another port.
    const { url: _url, ...target } = report.target
    const key = JSON.stringify([report.case, target, load])
    const cases = groups.get(key) ?? []
    groups.set(key, cases)
    const latest = cases.at(-1)
    // The same trial twice is another case with the same name: two files may define one.
    if (latest === undefined || latest.some(({ load: { trial } }) => trial === report.load.trial)) cases.push([report])
    else latest.push(report)
  }
  return [...groups.values()].flat()
}

/**
 * The trials of one case as one run: what a table shows in one row. A single trial is returned as it is.
 *
 * Durations and counts are sums, rates are totals over the summed duration, latencies are those of all requests (from the
 * columns, so within 0.025 %), the peak is the highest, `load.numPrompts` is that of all trials together. ITL, which
 * the columns do not hold, is null. A doubt that not every trial raises says which does. RangeError without a trial.
 */
export function poolTrials(trials: readonly RunReport[]): CaseReport {
  const [first] = trials
  if (first === undefined) throw new RangeError('There is no trial to pool.')
  if (trials.length === 1) return first
  const numPrompts = sum(trials, ({ load }) => load.numPrompts)
  const validities = trials.map(({ validity }) => validity)
  return {
    ...first,
    load: { ...first.load, numPrompts, trials: trials.length },
    metrics: poolMetrics(trials),
    verdicts: trials.flatMap(verdictsOf),
    validity: {
      ...first.validity,
      sentShare: sum(trials, ({ load, validity }) => load.numPrompts * validity.sentShare) / numPrompts,
      offeredShare: sumOrNull(validities.map(({ offeredShare }) => offeredShare && offeredShare / trials.length)),
      stimulus: poolStimuli(validities.map(({ stimulus }) => stimulus)),
      lengthMismatches: sum(validities, ({ lengthMismatches }) => lengthMismatches),
      tokenSources: addCounts(validities.map(({ tokenSources }) => tokenSources)),
      finishReasons: addCounts(validities.map(({ finishReasons }) => finishReasons)),
      pace: poolPaces(validities.map(({ pace }) => pace)),
      promptTokenDifference: poolDifferences(validities.map((each) => each.promptTokenDifference)),
      cachedPromptShare: meanOrNull(validities.map((each) => each.cachedPromptShare)),
      connections: poolConnections(validities.map(({ connections }) => connections)),
      client: poolClients(validities.map(({ client }) => client)),
      warmup: {
        sent: sum(validities, ({ warmup }) => warmup.sent),
        failed: sum(validities, ({ warmup }) => warmup.failed),
        trimmed: sum(validities, ({ warmup }) => warmup.trimmed),
      },
      warnings: poolWarnings(trials),
    },
    errors: poolErrors(trials),
  }
}

/** Failures of all trials by kind, most frequent first. */
export function poolErrors(trials: readonly RunReport[]): RunReport['errors'] {
  return [
    ...Map.groupBy(
      trials.flatMap(({ errors }) => errors),
      ({ kind }) => kind,
    ),
  ]
    .map(([kind, errors]) => ({ kind, count: sum(errors, ({ count }) => count), example: errors[0]?.example ?? '' }))
    .sort((a, b) => b.count - a.count)
}

function poolMetrics(trials: readonly RunReport[]): Metrics {
  const metrics = trials.map((trial) => trial.metrics)
  const requests = trials.map(measuredRequests)
  const durationMs = sum(metrics, (each) => each.durationMs)
  const completed = sum(metrics, (each) => each.completed)
  const inputTokens = sum(metrics, (each) => each.inputTokens)
  const outputTokens = sum(metrics, (each) => each.outputTokens)
  return {
    durationMs,
    completed,
    failed: sum(metrics, ({ failed }) => failed),
    inputTokens,
    outputTokens,
    requestThroughput: perSecond(completed, durationMs),
    inputThroughput: perSecond(inputTokens, durationMs),
    outputThroughput: perSecond(outputTokens, durationMs),
    goodput: sumOrNull(metrics.map((each) => each.goodput && (each.goodput * each.durationMs) / durationMs)),
    ttft: distributionOf(requests, 'ttft'),
    tpot: distributionOf(requests, 'tpot'),
    itl: null,
    e2eLatency: distributionOf(requests, 'e2eLatency'),
    queueLateness: distributionOf(requests, 'lateness'),
    peakConcurrency: Math.max(...metrics.map(({ peakConcurrency }) => peakConcurrency)),
  }
}

function distributionOf(
  trials: readonly MeasuredRequests[],
  column: 'ttft' | 'tpot' | 'e2eLatency' | 'lateness',
): Distribution | null {
  return distribution(trials.flatMap((requests) => requests[column].filter((value) => value !== null)))
}

/** Those on objectives stand in one of the trials and are about all; those on validity are about their own. */
function verdictsOf({ verdicts, load }: RunReport): Verdict[] {
  return verdicts.map((verdict) =>
    verdict.kind === 'validity' ? { ...verdict, objective: `${verdict.objective}, trial ${load.trial}` } : verdict,
  )
}

/** Doubts about the case, or that name their trials themselves. */
const ABOUT_THE_CASE: readonly Warning['code'][] = ['short-sample', 'new-version', 'repeated']

/** What only some trials raise names them; of what they word differently the first wording is kept. */
function poolWarnings(trials: readonly RunReport[]): Warning[] {
  const said = trials.flatMap(({ validity, load }) =>
    validity.warnings.map((warning) => ({ ...warning, trial: load.trial })),
  )
  return [...Map.groupBy(said, ({ code }) => code)].flatMap(([code, alike]) => {
    if (ABOUT_THE_CASE.includes(code)) {
      return [...new Set(alike.map(({ message }) => message))].map((message) => ({ code, message }))
    }
    const numbers = [...new Set(alike.map(({ trial }) => trial))]
    const [first, ...others] = numbers
    const messages = alike.filter(({ trial }) => trial === first).map(({ message }) => message)
    const isOne = alike.every(({ message }) => messages.includes(message))
    if (isOne && numbers.length === trials.length) {
      return messages.map((message) => ({ code, message }))
    }
    const more = others.length === 0 ? '' : ` Likewise in trial ${others.join(', ')}.`
    return messages.map((message) => ({ code, message: `trial ${first}: ${message}${more}` }))
  })
}

/** Mean rates, the worst distance, all late sends. */
function poolStimuli(all: readonly Stimulus[]): Stimulus {
  const distances = all.map(({ gapDistance }) => gapDistance).filter((distance) => distance !== null)
  return {
    dueRate: meanOrNull(all.map(({ dueRate }) => dueRate)),
    sentRate: meanOrNull(all.map(({ sentRate }) => sentRate)),
    gapDistance: distances.length === 0 ? null : Math.max(...distances),
    lateSends: sum(all, ({ lateSends }) => lateSends),
  }
}

function poolConnections(all: readonly RunReport['validity']['connections'][]): RunReport['validity']['connections'] {
  const known = all.filter((connections) => connections !== null)
  if (known.length < all.length) return null
  return {
    opened: sum(known, ({ opened }) => opened),
    reused: sum(known, ({ reused }) => reused),
    resent: sum(known, ({ resent }) => resent),
    // The times of the single connections are in no report.
    connectMs: null,
  }
}

/** The busiest of all, and the calibration that found the largest error of TTFT. */
function poolClients(all: readonly ClientFacts[]): ClientFacts {
  const worst = all.reduce((a, b) => ((b.calibration?.ttft.p99 ?? -1) > (a.calibration?.ttft.p99 ?? -1) ? b : a))
  const busy = all.map(({ utilisation }) => utilisation).filter((utilisation) => utilisation !== null)
  return { ...worst, utilisation: busy.length === 0 ? null : Math.max(...busy) }
}

/** Tokens an event as a mean over the requests: how many events each trial had is in no report. */
function poolPaces(all: readonly RunReport['validity']['pace'][]): RunReport['validity']['pace'] {
  const known = all.filter(({ tokensAtOnce }) => tokensAtOnce !== null)
  const weight = sum(known, ({ requests }) => requests)
  const weighted = sum(known, ({ requests, tokensAtOnce }) => requests * (tokensAtOnce ?? 0))
  return {
    requests: sum(all, ({ requests }) => requests),
    unobserved: sum(all, ({ unobserved }) => unobserved),
    tokensAtOnce: weight === 0 ? null : weighted / weight,
  }
}

function poolDifferences(
  all: readonly RunReport['validity']['promptTokenDifference'][],
): RunReport['validity']['promptTokenDifference'] {
  const known = all.filter((difference) => difference !== null)
  if (known.length === 0) return null
  const count = sum(known, (each) => each.count)
  return {
    mean: sum(known, (each) => each.mean * each.count) / count,
    min: Math.min(...known.map(({ min }) => min)),
    max: Math.max(...known.map(({ max }) => max)),
    count,
  }
}

function sum<T>(values: readonly T[], pick: (value: T) => number): number {
  return values.reduce((total, value) => total + pick(value), 0)
}

/** Null as soon as one is. */
function meanOrNull(values: readonly (number | null)[]): number | null {
  const total = sumOrNull(values)
  return total === null ? null : total / values.length
}

/** Null as soon as one is. */
function sumOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length < values.length ? null : sum(known, (value) => value)
}

function addCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {}
  for (const [word, count] of all.flatMap(Object.entries<number>)) total[word] = (total[word] ?? 0) + count
  return total
}
