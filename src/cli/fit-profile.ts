import { quantile } from '../stats/quantile.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import { scaleLinear } from '../simulator/scale-linear.ts'
import type { Ms, Tokens } from '../base/units.ts'
import type { MeasuredRun } from './measured-run.ts'
import { leastSquares } from './least-squares.ts'
import { simulateRun } from './simulate-run.ts'

/** A percentile of a run as measured, and as the base and the fitted engine show it. */
export interface Residual {
  readonly metric: string
  readonly measured: Ms
  readonly base: Ms
  readonly fitted: Ms
}

/** What came of a fit. */
export interface Fit {
  readonly profile: EngineProfile
  /** What each group of parameters was multiplied by. */
  readonly factors: readonly { readonly name: string; readonly factor: number }[]
  readonly runs: readonly { readonly case: string; readonly residuals: readonly Residual[] }[]
}

const METRICS = ['ttft', 'tpot'] as const
type Latencies = Pick<MeasuredRun, (typeof METRICS)[number]>

/** What is compared above all. The tail counts less: P99 of a few hundred requests is a handful of them. */
const LEVELS = [
  { level: 0.1, weight: 1 },
  { level: 0.25, weight: 1 },
  { level: 0.5, weight: 2 },
  { level: 0.75, weight: 1 },
  { level: 0.9, weight: 2 },
  { level: 0.99, weight: 0.5 },
] as const

/**
 * Weight of the mean over single requests, which come at the same times in measurement and simulation: it is smooth where
 * percentiles jump from one request to another. TTFT of one request hangs on chance: whether an iteration had just begun.
 */
const SINGLE = { ttft: 0.3, tpot: 3 }

/** What is shown. */
const SHOWN = [0.5, 0.9, 0.99] as const

/** The few parameters that dominate, as groups that are scaled together. */
const GROUPS = ['weights', 'tokens', 'sequences', 'context', 'iterations', 'ingress'] as const
type Factors = Readonly<Record<(typeof GROUPS)[number], number>>

/** Weight of the prior that nothing changes: it decides where the runs say nothing. */
const PRIOR = 0.01

/** Of the logarithms, for the slopes: first wide ones, that see over the jumps of a percentile from request to request. */
const STEPS = [0.3, 0.1, 0.05, 0.2, 0.1, 0.05, 0.02]

/**
 * Scales the cost parameters of `base` until a simulation of the same requests at the same times shows the measured
 * percentiles: least squares of the logarithms. Scheduler limits and KV cache stay as they are.
 */
export function fitProfile(base: EngineProfile, runs: readonly MeasuredRun[], templateTokens: Tokens): Fit {
  const simulated = (profile: EngineProfile): Latencies[] =>
    runs.map(({ requests }) => simulateRun(profile, requests, templateTokens))
  const misfit = (logs: readonly number[]): number[] => {
    const latencies = simulated(scaled(base, factorsOf(logs)))
    return [...runs.flatMap((run, i) => logErrors(run, latencies[i]!)), ...logs.map((log) => PRIOR * log)]
  }
  let logs: readonly number[] = GROUPS.map(() => 0)
  for (const step of STEPS) logs = leastSquares(misfit, logs, step)
  const factors = factorsOf(logs)
  const profile = scaled(base, factors)
  const [before, after] = [simulated(base), simulated(profile)]
  return {
    profile,
    factors: GROUPS.map((name) => ({ name, factor: factors[name] })),
    runs: runs.map((run, i) => ({ case: run.case, residuals: residuals(run, before[i]!, after[i]!) })),
  }
}

function factorsOf(logs: readonly number[]): Factors {
  return Object.fromEntries(GROUPS.map((name, i) => [name, Math.exp(logs[i]!)])) as Factors
}

/** What the sum of squares is made of. */
function logErrors(measured: Latencies, simulated: Latencies): number[] {
  return METRICS.flatMap((metric) => {
    const [wanted, got] = [measured[metric], simulated[metric]]
    if (wanted.length === 0) return []
    const single = wanted.map((value, i) => (SINGLE[metric] * Math.log(got[i]! / value)) / Math.sqrt(wanted.length))
    const [wantedSorted, gotSorted] = [sorted(wanted), sorted(got)]
    const percentiles = LEVELS.map(
      ({ level, weight }) => weight * Math.log(quantile(gotSorted, level) / quantile(wantedSorted, level)),
    )
    return [...single, ...percentiles]
  })
}

function residuals(measured: Latencies, base: Latencies, fitted: Latencies): Residual[] {
  return METRICS.filter((metric) => measured[metric].length > 0).flatMap((metric) =>
    SHOWN.map((level) => ({
      metric: `${metric.toUpperCase()} P${100 * level}`,
      measured: quantile(sorted(measured[metric]), level),
      base: quantile(sorted(base[metric]), level),
      fitted: quantile(sorted(fitted[metric]), level),
    })),
  )
}

const sorted = (values: readonly Ms[]): Ms[] => values.toSorted((a, b) => a - b)

function scaled(base: EngineProfile, factors: Factors): EngineProfile {
  const { cost, ingress } = base
  return {
    ...base,
    ingress: {
      ...ingress,
      requestMs: ingress.requestMs * factors.ingress,
      perRunningMs: ingress.perRunningMs * factors.ingress,
    },
    cost: {
      ...cost,
      iterationMs: cost.iterationMs * factors.iterations,
      prefillMs: cost.prefillMs * factors.iterations,
      sequenceMs: cost.sequenceMs * factors.sequences,
      kvReadTokenMs: cost.kvReadTokenMs * factors.context,
      linear: scaleLinear(cost.linear, {
        reading: factors.weights,
        arithmetic: factors.tokens,
        tiles: factors.weights,
      }),
    },
  }
}
