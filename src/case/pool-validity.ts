import { sumConnections } from '../client/sum-connections.ts'
import type { ClientFacts, Failures, Stimulus, Validity } from '../report.ts'
import { distribution } from '../stats/distribution.ts'
import type { Ms } from '../base/units.ts'

/**
 * The validity of all trials of a case, which have the same load: counts are sums, shares and rates are means, and where neither
 * says anything it is that of the worst. `connectMs` has the times of all connections. A single trial's is its own. RangeError
 * without a trial.
 */
export function poolValidity(trials: readonly Validity[], connectMs: readonly Ms[]): Validity {
  const [first] = trials
  if (first === undefined) throw new RangeError('There is no trial to pool.')
  if (trials.length === 1) return first
  return {
    sentShare: sum(trials, ({ sentShare }) => sentShare) / trials.length,
    offeredShare: meanOrNull(trials.map(({ offeredShare }) => offeredShare)),
    stimulus: poolStimuli(trials.map(({ stimulus }) => stimulus)),
    lengthMismatches: sum(trials, ({ lengthMismatches }) => lengthMismatches),
    tokenSources: addCounts(trials.map(({ tokenSources }) => tokenSources)),
    finishReasons: addCounts(trials.map(({ finishReasons }) => finishReasons)),
    pace: poolPaces(trials.map(({ pace }) => pace)),
    promptTokenDifference: poolDifferences(trials.map((each) => each.promptTokenDifference)),
    cachedPromptShare: meanOrNull(trials.map((each) => each.cachedPromptShare)),
    connections: poolConnections(
      trials.map(({ connections }) => connections),
      connectMs,
    ),
    client: poolClients(trials.map(({ client }) => client)),
    warmup: {
      sent: sum(trials, ({ warmup }) => warmup.sent),
      failed: sum(trials, ({ warmup }) => warmup.failed),
      trimmed: sum(trials, ({ warmup }) => warmup.trimmed),
    },
  }
}

/** Failures of all trials by kind, most frequent first. */
export function poolErrors(trials: readonly Failures[]): Failures {
  return [...Map.groupBy(trials.flat(), ({ kind }) => kind)]
    .map(([kind, errors]) => ({ kind, count: sum(errors, ({ count }) => count), example: errors[0]?.example ?? '' }))
    .sort((a, b) => b.count - a.count)
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

function poolConnections(all: readonly Validity['connections'][], connectMs: readonly Ms[]): Validity['connections'] {
  const known = all.filter((connections) => connections !== null)
  if (known.length < all.length) return null
  return { ...sumConnections(known), connectMs: distribution(connectMs) }
}

/** The busiest of all, and the calibration that found the largest error of TTFT. */
function poolClients(all: readonly ClientFacts[]): ClientFacts {
  const worst = all.reduce((a, b) => ((b.calibration?.ttft.p99 ?? -1) > (a.calibration?.ttft.p99 ?? -1) ? b : a))
  const busy = all.map(({ utilisation }) => utilisation).filter((utilisation) => utilisation !== null)
  return { ...worst, utilisation: busy.length === 0 ? null : Math.max(...busy) }
}

/** Tokens an event as a mean over the requests: how many events each trial had is in no report. */
function poolPaces(all: readonly Validity['pace'][]): Validity['pace'] {
  const known = all.filter(({ tokensAtOnce }) => tokensAtOnce !== null)
  const weight = sum(known, ({ requests }) => requests)
  const weighted = sum(known, ({ requests, tokensAtOnce }) => requests * (tokensAtOnce ?? 0))
  return {
    requests: sum(all, ({ requests }) => requests),
    unobserved: sum(all, ({ unobserved }) => unobserved),
    tokensAtOnce: weight === 0 ? null : weighted / weight,
  }
}

function poolDifferences(all: readonly Validity['promptTokenDifference'][]): Validity['promptTokenDifference'] {
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
  const known = values.filter((value) => value !== null)
  return known.length < values.length ? null : sum(known, (value) => value) / known.length
}

function addCounts(all: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {}
  for (const [word, count] of all.flatMap(Object.entries<number>)) total[word] = (total[word] ?? 0) + count
  return total
}
