/**
 * Refits the profiles to the published tables: coordinate search in steps that multiply, restarted from shaken optima.
 * Prints each parameter before and after; it is for a person to judge them and to write them into the profiles.
 *
 *     npm run study:fit [-- seconds, 60] [seed, 1]
 */
import { COLUMNS, deviations, PUBLISHED, STUDY, type StudyLengths } from '../fixtures/published-study.ts'
import { createRandom } from '../src/base/random.ts'
import { PROFILES } from '../src/frameworks/find-profile.ts'
import type { EngineProfile } from '../src/simulator/profile.ts'
import { drawStudy, simulateRow } from './simulate-row.ts'

/** Numbers of the profiles that move together. */
interface Parameter {
  /** Where they stand in a profile; a profile without such a place is not concerned. */
  readonly paths: readonly string[]
  /** How the names (`vllm awq`) of the profiles concerned begin. */
  readonly scope: string
  /** What is physically plausible of the first of them, in its unit. */
  readonly range: readonly [number, number]
}

const PARAMETERS: readonly Parameter[] = [
  // 0.80 to 0.92 of 936 GB/s, for everything that is read: 15.01 GB of weights, the 4-bit ones, keys and values.
  { scope: '', range: [17.4, 20.1], paths: weightsAnd('weightReadMs', 'cost.kvReadTokenMs') },
  // 54 to 69 TFLOPS of 71.
  { scope: '', range: [0.202, 0.259], paths: weightsAnd('tokenMs') },
  { scope: '', range: [0.03, 0.15], paths: weightsAnd('above8') },
  { scope: '', range: [2, 9], paths: weightsAnd('sharpness') },
  // Between once and 2.5 times the bytes.
  { scope: '', range: [1.5e-4, 4e-4], paths: ['cost.kvReadTokenMs'] },
  { scope: '', range: [2, 10], paths: ['ingress.requestMs'] },
  { scope: 'vllm', range: [0.05, 0.6], paths: ['ingress.perRunningMs'] },
  { scope: 'vllm', range: [0.15, 0.5], paths: ['cost.sequenceMs'] },
  { scope: 'vllm', range: [0.2, 3], paths: ['cost.iterationMs'] },
  { scope: 'vllm', range: [0.5, 8], paths: ['cost.prefillMs'] },
  { scope: 'vllm awq', range: [0.35, 0.52], paths: ['cost.linear.fusedTokenMs'] },
  { scope: 'vllm awq', range: [15, 40], paths: ['cost.linear.dequantiseMs'] },
  { scope: 'lmdeploy', range: [0.01, 0.25], paths: ['ingress.perRunningMs'] },
  { scope: 'lmdeploy', range: [0.1, 0.5], paths: ['cost.sequenceMs'] },
  { scope: 'lmdeploy', range: [0.5, 5], paths: ['cost.iterationMs'] },
  { scope: 'lmdeploy', range: [0.5, 8], paths: ['cost.prefillMs'] },
  { scope: 'lmdeploy', range: [1.2, 8], paths: ['cost.overlapSharpness'] },
  { scope: 'lmdeploy kv-int8', range: [1.2e-4, 2.8e-4], paths: ['cost.kvReadTokenMs'] },
  { scope: 'mlc-llm', range: [2, 8], paths: ['cost.iterationMs'] },
  { scope: 'mlc-llm', range: [3, 20], paths: ['cost.prefillMs'] },
  { scope: 'mlc-llm', range: [0.02, 0.4], paths: ['cost.sequenceMs'] },
  { scope: 'mlc-llm', range: [1, 1.6], paths: ['cost.linear.groupFactor'] },
  { scope: 'mlc-llm', range: [18, 34], paths: ['cost.linear.tiledMs'] },
  { scope: 'mlc-llm', range: [0.14, 0.22], paths: ['cost.linear.prefillTokenMs'] },
]

/** In the order of `COLUMNS`: durations and medians count more, P99 (one or two of a hundred requests) less. */
const WEIGHTS = [2, 1.6, 1, 0.5, 1.3, 1, 0.7]
const TTFT_P99 = COLUMNS.indexOf('TTFT P99')
/** Beyond these a cell costs five times as much. */
const TOLERATED = [0.03, 0.085, 0.085, 0.05, 0.085, 0.085, 0.085]

/** Random draws have their say, so that the search does not fit the accidents of the one reconstruction. */
const DRAWS = 2
const DRAWS_WEIGHT = 0.5
const HAZARDS = { lmdeploy: 3.2e-4, 'mlc-llm': 5.6e-4 }
const SAMPLES: readonly { lengths: StudyLengths; weight: number }[] = [
  { lengths: STUDY, weight: 1 },
  ...Array.from({ length: DRAWS }, (_, seed) => ({
    lengths: drawStudy(seed, HAZARDS),
    weight: DRAWS_WEIGHT / DRAWS,
  })),
]

const FIRST_STEP = 0.06
const LAST_STEP = 0.004
const SHAKE = 0.06

/** One factor for each parameter. */
type Factors = readonly number[]

function weightsAnd(key: string, ...others: string[]): string[] {
  return [`cost.linear.${key}`, `cost.linear.dense.${key}`, ...others]
}

/** The object that holds the last key of `path`, and that key; null where the profile has no such number. */
function locate(profile: EngineProfile, path: string): { holder: Record<string, number>; key: string } | null {
  const keys = path.split('.')
  const key = keys.pop()!
  let holder: unknown = profile
  for (const step of keys) holder = (holder as Record<string, unknown> | undefined)?.[step]
  const numbers = holder as Record<string, number> | undefined
  return typeof numbers?.[key] === 'number' ? { holder: numbers, key } : null
}

const concerns = ({ scope }: Parameter, { framework, variant }: EngineProfile): boolean =>
  `${framework} ${variant}`.startsWith(scope)

function scaled(profile: EngineProfile, factors: Factors): EngineProfile {
  const copy = structuredClone(profile)
  for (const [index, parameter] of PARAMETERS.entries()) {
    if (!concerns(parameter, copy)) continue
    for (const path of parameter.paths) {
      const place = locate(copy, path)
      if (place !== null) place.holder[place.key]! *= factors[index]!
    }
  }
  return copy
}

/** The fitted value before any factor: of the first profile concerned. */
function startValue(parameter: Parameter): number {
  const profile = PROFILES.find((candidate) => !candidate.estimate && concerns(parameter, candidate))!
  const { holder, key } = locate(profile, parameter.paths[0]!)!
  return holder[key]!
}

const START = PARAMETERS.map(startValue)

/** Within its range, and with the three digits that will be written down. */
const kept = (factor: number, index: number): number => {
  const [low, high] = PARAMETERS[index]!.range
  const value = Math.min(high, Math.max(low, factor * START[index]!))
  return Number(value.toPrecision(3)) / START[index]!
}

/** A row is simulated again only if its own profile has changed. */
const seen = new Map<string, number>()

function loss(factors: Factors): number {
  let total = 0
  for (const [index, row] of PUBLISHED.entries()) {
    const { framework, variant } = row
    const profile = scaled(
      PROFILES.find((one) => one.framework === framework && one.variant === variant)!,
      factors,
    )
    const key = `${index} ${JSON.stringify([profile.cost, profile.ingress])}`
    const known = seen.get(key)
    const value = known ?? rowLoss(profile, row)
    seen.set(key, value)
    total += value
  }
  return total
}

function rowLoss(profile: EngineProfile, row: (typeof PUBLISHED)[number]): number {
  let total = 0
  for (const { lengths, weight } of SAMPLES) {
    for (const [column, off] of deviations(simulateRow(profile, row, lengths).cells, row).entries()) {
      if (Number.isNaN(off) || (column === TTFT_P99 && lengths !== STUDY)) continue
      const size = Math.abs(Math.log(1 + off))
      total += weight * WEIGHTS[column]! * (Math.hypot(size, 0.01) + 4 * Math.max(0, size - TOLERATED[column]!))
    }
  }
  return total
}

function descend(from: Factors, until: number): { factors: Factors; value: number } {
  let factors = from
  let value = loss(from)
  const steps = from.map(() => FIRST_STEP)
  while (Math.max(...steps) > LAST_STEP) {
    for (const index of from.keys()) {
      if (performance.now() > until) return { factors, value }
      const tried = [1, -1].map((sign) => {
        const next = factors.with(index, kept(factors[index]! * Math.exp(sign * steps[index]!), index))
        return { factors: next, value: loss(next) }
      })
      const best = tried[0]!.value < tried[1]!.value ? tried[0]! : tried[1]!
      const isBetter = best.value < value
      if (isBetter) ({ factors, value } = best)
      steps[index]! *= isBetter ? 1.3 : 0.6
    }
  }
  return { factors, value }
}

if (import.meta.main) {
  const [seconds = '60', seed = '1'] = process.argv.slice(2)
  const until = performance.now() + 1000 * Number(seconds)
  const random = createRandom(Number(seed), 'fit-published')
  let best = descend(
    PARAMETERS.map(() => 1),
    until,
  )
  while (performance.now() < until) {
    const shaken = best.factors.map((factor, i) => kept(factor * Math.exp(SHAKE * (2 * random.next() - 1)), i))
    const next = descend(shaken, until)
    if (next.value < best.value) best = next
    console.log(`loss ${best.value.toFixed(3)}`)
  }
  for (const [index, { scope, paths }] of PARAMETERS.entries()) {
    const before = START[index]!
    console.log(
      `${scope || 'all'} ${paths[0]}: ${before.toPrecision(4)} -> ${(before * best.factors[index]!).toPrecision(4)}`,
    )
  }
}
