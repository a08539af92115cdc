/** A vector of residuals for a point; its squared length is to become small. */
export type Residuals = (point: readonly number[]) => readonly number[]

/** Gives up after so many moves; a fit of a few parameters takes about ten. */
const MOST_MOVES = 40

/** Ends when a move makes the sum of squares smaller by less than this share. */
const ENOUGH = 1e-4

/** Damping that takes longer steps when things go well, and shorter ones when they do not. */
const FIRST_DAMPING = 0.01
const MOST_DAMPING = 1e6
const DAMPING_STEP = 4

/**
 * The point with the least sum of squared residuals near `start`: Levenberg's and Marquardt's damped Gauss-Newton method,
 * with derivatives by central differences of `step`, which must be wide enough to see over the jaggedness of a residual.
 * Deterministic.
 */
export function leastSquares(residuals: Residuals, start: readonly number[], step: number): number[] {
  let point = [...start]
  let rest = residuals(point)
  let damping = FIRST_DAMPING
  for (let move = 0; move < MOST_MOVES; move++) {
    const slopes = point.map((_value, axis) => slope(residuals, point, axis, step))
    const before = squares(rest)
    let isBetter = false
    while (!isBetter && damping < MOST_DAMPING) {
      const next = point.map((value, axis) => value - direction(slopes, rest, damping)[axis]!)
      const nextRest = residuals(next)
      isBetter = squares(nextRest) < before
      damping *= isBetter ? 1 / DAMPING_STEP : DAMPING_STEP
      if (isBetter) [point, rest] = [next, nextRest]
    }
    if (!isBetter || squares(rest) > (1 - ENOUGH) * before) break
  }
  return point
}

function slope(residuals: Residuals, point: readonly number[], axis: number, step: number): number[] {
  const above = residuals(point.with(axis, point[axis]! + step))
  const below = residuals(point.with(axis, point[axis]! - step))
  return above.map((value, i) => (value - below[i]!) / (2 * step))
}

/** Solves (JᵀJ + damping diag(JᵀJ)) x = Jᵀr. */
function direction(slopes: readonly number[][], rest: readonly number[], damping: number): number[] {
  const matrix = slopes.map((row, i) => slopes.map((column, j) => dot(row, column) * (i === j ? 1 + damping : 1)))
  return solve(
    matrix,
    slopes.map((row) => dot(row, rest)),
  )
}

/** Solves a symmetric positive definite system by Gaussian elimination. */
function solve(matrix: number[][], right: number[]): number[] {
  const n = right.length
  for (let i = 0; i < n; i++) {
    for (let row = i + 1; row < n; row++) {
      const factor = matrix[row]![i]! / matrix[i]![i]!
      for (let column = i; column < n; column++) matrix[row]![column]! -= factor * matrix[i]![column]!
      right[row]! -= factor * right[i]!
    }
  }
  const solution = Array<number>(n).fill(0)
  for (let i = n - 1; i >= 0; i--) {
    let sum = right[i]!
    for (let column = i + 1; column < n; column++) sum -= matrix[i]![column]! * solution[column]!
    solution[i] = sum / matrix[i]![i]!
  }
  return solution
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
const squares = (values: readonly number[]): number => dot(values, values)
