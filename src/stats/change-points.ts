import { BenchError } from '../base/errors.ts'
import { checkFields, namesOf } from '../base/options.ts'
import { quantile } from './quantile.ts'
import { studentTQuantile } from './student-t.ts'
import { mean } from './variance.ts'

export interface History {
  /** One a version, oldest first: the mean over its trials of the **logarithm** of a metric. */
  readonly values: readonly number[]
  /** Standard deviation of one such value as its trials show it: pooled sd within versions / sqrt(trials). */
  readonly replicateSd: number
  /** Trials a version, from which the degrees of freedom of `replicateSd` follow; 5 unless told. At least 2. */
  readonly trials?: number
}

const NAMES = namesOf<History>({ values: true, replicateSd: true, trials: true })
const OWNER = {
  of: 'findChangePoints()',
  code: 'bad-options',
  example: 'findChangePoints({ values: [4.61, 4.6, 4.75], replicateSd: 0.01 })',
} as const

const ALPHA = 0.01
/** Smaller shifts are not worth anybody's time, however sure they are. */
const MIN_SHIFT = Math.log(1.03)
/** The median of |Z| for a standard normal Z. */
const MEDIAN_DEVIATION = 0.6745

/**
 * Where a history of versions changed: the indices, ascending, of the first version after each change. Empty when it did
 * not, or for fewer than three versions. A change at the last index has one point after it: suspected, measure again.
 *
 *     sd   = max(replicateSd, median|x_i - x_(i-1)| / (0.6745 sqrt 2))      the second sees noise between sessions
 *     z(t) = |mean right - mean left| / (sd sqrt(1/left + 1/right))         for every cut, one point on a side included
 *
 * The history is cut at the largest z when it exceeds the t quantile at 1 - 0.01 / (2 (N-1)) with N (trials - 1) degrees of
 * freedom and the shift exceeds 3 %; both parts are then searched alike, with the sd and N of the whole (binary
 * segmentation: Scott and Knott, Biometrics 30 (1974), 507-512).
 *
 * In simulated histories of 8 to 30 versions without a change it reports one in at most 1 % of the cases.
 * BenchError `no-data` for a value that is no number.
 */
export function findChangePoints(history: History): number[] {
  checkFields(history, NAMES, OWNER)
  const { values, replicateSd, trials = 5 } = history
  if (![...values, replicateSd].every(Number.isFinite) || replicateSd < 0 || !(trials >= 2)) {
    throw new BenchError('A history has a value or a standard deviation that is no number, or too few trials.', {
      code: 'no-data',
      remedy:
        'Leave out versions that have no measurement; the standard deviation takes at least two trials a version.',
    })
  }
  const count = values.length
  if (count < 3) return []
  const sd = Math.max(replicateSd, differenceSd(values))
  const critical = studentTQuantile(1 - ALPHA / (2 * (count - 1)), count * (trials - 1))
  return cuts(values, 0, critical * sd)
}

/** `bar` is what a cut's contrast must exceed: the critical z times the standard deviation, which may be 0. */
function cuts(values: readonly number[], offset: number, bar: number): number[] {
  const best = values
    .slice(1)
    .map((_, i) => cutAt(values, i + 1))
    .sort((a, b) => b.contrast - a.contrast)[0]
  if (best === undefined || best.contrast <= bar || best.shift <= MIN_SHIFT) return []
  return [
    ...cuts(values.slice(0, best.at), offset, bar),
    offset + best.at,
    ...cuts(values.slice(best.at), offset + best.at, bar),
  ]
}

function cutAt(values: readonly number[], at: number): { at: number; shift: number; contrast: number } {
  const shift = Math.abs(mean(values.slice(at)) - mean(values.slice(0, at)))
  return { at, shift, contrast: shift / Math.sqrt(1 / at + 1 / (values.length - at)) }
}

function differenceSd(values: readonly number[]): number {
  const differences = values.slice(1).map((value, i) => Math.abs(value - (values[i] ?? value)))
  return quantile(Float64Array.from(differences).sort(), 0.5) / (MEDIAN_DEVIATION * Math.SQRT2)
}
