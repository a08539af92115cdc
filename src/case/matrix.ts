import { STAGE_PAIRS } from '../baseline/stage-pairs.ts'
import { targetLabel, type Target } from '../frameworks/target.ts'
import { shortSamples } from '../slo/judge-slo.ts'
import type { Slo } from '../slo/slo.ts'
import { checkPartOfLoad } from './check-options.ts'
import type { LoadOptions } from './load-options.ts'
import { rateText } from '../base/rate-text.ts'

/** One cell of the matrix. */
export interface ServingCell {
  readonly target: Target
  /** Requests a second; `Infinity` for all at once. */
  readonly requestRate: number
}

export interface ServingMatrix {
  readonly targets: readonly Target[]
  readonly requestRates: readonly number[]
  readonly load: CellLoad | ((cell: ServingCell) => CellLoad)
  /** Objectives of a cell, undefined for none. The `goodput` of its load is counted by them unless that says otherwise. */
  readonly slo?: Slo | ((cell: ServingCell) => Slo | undefined)
  /** Compare every case with its accepted baseline; the load then has three trials, unless it says how many. Default false. */
  readonly baseline?: boolean
}

type CellLoad = Omit<LoadOptions, 'requestRate'>

/** The load of a cell. BenchError `bad-load` for an option that is none. */
export function loadOf(cell: ServingCell, { load, baseline }: ServingMatrix): LoadOptions {
  const chosen = typeof load === 'function' ? load(cell) : load
  checkPartOfLoad(chosen, 'describeServing', ['requestRate'])
  return { requestRate: cell.requestRate, ...(baseline === true ? { trials: STAGE_PAIRS[1], ...chosen } : chosen) }
}

/** The objectives of a cell as code states them. */
export function sloOf(cell: ServingCell, { slo }: ServingMatrix): Slo | undefined {
  return typeof slo === 'function' ? slo(cell) : slo
}

/**
 * What is to be said before anything is sent, because an hour later it is too late to ask for more requests; null for nothing.
 * `resolve` says which objectives a cell has at last. What is wrong with a cell is told by its test, not here.
 */
export function shortSamplesNotice(
  name: string,
  matrix: ServingMatrix,
  resolve: (slo: Slo | undefined) => Slo | null,
): string | null {
  const shortIn = (cell: ServingCell): string[] => {
    try {
      const slo = resolve(sloOf(cell, matrix))
      const { numPrompts, trials = 1 } = loadOf(cell, matrix)
      return slo === null ? [] : shortSamples(numPrompts * trials, slo)
    } catch {
      return []
    }
  }
  const lines = matrix.targets.flatMap((target) =>
    matrix.requestRates.flatMap((requestRate) =>
      shortIn({ target, requestRate }).map(
        (message) => `  ${targetLabel(target)}, ${rateText(requestRate)}: ${message}`,
      ),
    ),
  )
  if (lines.length === 0) return null
  return [`${name}: these percentiles will be inconclusive at best. Raise numPrompts or trials:`, ...lines].join('\n')
}
