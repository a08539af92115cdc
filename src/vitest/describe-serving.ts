import { describe, expect } from 'vitest'
import { STAGE_PAIRS } from '../baseline/stage-pairs.ts'
import { BenchError } from '../base/errors.ts'
import { targetLabel, type Target } from '../frameworks/target.ts'
import { shortSamples } from '../slo/judge-slo.ts'
import type { Slo } from '../slo/slo.ts'
import { atCallSite, captureCallSite } from './call-site.ts'
import { checkMatrix, checkPartOfLoad } from '../case/check-options.ts'
import { requireEvidence } from '../case/evidence.ts'
import { test } from './load-fixture.ts'
import { rateText } from '../base/rate-text.ts'
import type { LoadOptions } from '../case/load-options.ts'
import { resolveAnySlo } from '../case/resolve-case.ts'
import { releaseServerAfterAll } from './servers.ts'
import { settings } from './settings.ts'
import { defineSettlingTest } from './settling-step.ts'
import type { ServingRun } from '../case/serving-run.ts'

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

/** Throws, or rejects, where something does not hold; what it returns is awaited and says nothing else. */
type Check = (run: ServingRun, cell: ServingCell) => unknown

type CellLoad = Omit<LoadOptions, 'requestRate'>

/**
 * One test for each target and request rate: sends the load, judges its objectives, then calls `check`, which may be async, for
 * whatever else must hold. Everything that fails in a cell is reported, not only the first.
 */
export function describeServing(name: string, matrix: ServingMatrix, check?: Check): void {
  const frames = captureCallSite(describeServing)
  checkMatrix(matrix)
  if (matrix.targets.length === 0 || matrix.requestRates.length === 0) {
    throw new BenchError(`describeServing(${JSON.stringify(name)}) has no targets or no request rates.`, {
      code: 'bad-load',
      remedy: 'Give at least one of each: an empty matrix would pass without having measured anything.',
    })
  }
  announceShortSamples(name, matrix)
  describe(name, () => {
    for (const target of matrix.targets) {
      describe(targetLabel(target), () => {
        releaseServerAfterAll(target)
        for (const requestRate of matrix.requestRates) {
          defineCell({ target, requestRate }, matrix, check, frames)
        }
      })
    }
    if (matrix.baseline === true) defineSettlingTest(frames)
  })
}

/** Said before anything is sent, because an hour later it is too late to ask for more requests. */
function announceShortSamples(name: string, matrix: ServingMatrix): void {
  const cells = matrix.targets.flatMap((target) => matrix.requestRates.map((requestRate) => ({ target, requestRate })))
  const lines = cells.flatMap((cell) =>
    shortSamplesOf(cell, matrix).map(
      (message) => `  ${targetLabel(cell.target)}, ${rateText(cell.requestRate)}: ${message}`,
    ),
  )
  if (lines.length === 0) return
  console.warn(
    [`${name}: these percentiles will be inconclusive at best. Raise numPrompts or trials:`, ...lines].join('\n'),
  )
}

/** What is wrong with a cell is told by its test, not here. */
function shortSamplesOf(cell: ServingCell, matrix: ServingMatrix): string[] {
  try {
    const slo = sloOf(cell, matrix)
    const { numPrompts, trials = 1 } = loadOf(cell, matrix)
    return slo === null ? [] : shortSamples(numPrompts * trials, slo)
  } catch {
    return []
  }
}

function sloOf(cell: ServingCell, { slo }: ServingMatrix): Slo | null {
  return resolveAnySlo(typeof slo === 'function' ? slo(cell) : slo, ...settings())
}

function loadOf(cell: ServingCell, { load, baseline }: ServingMatrix): CellLoad {
  const chosen = typeof load === 'function' ? load(cell) : load
  checkPartOfLoad(chosen, 'describeServing', ['requestRate'])
  return baseline === true ? { trials: STAGE_PAIRS[1], ...chosen } : chosen
}

function defineCell(cell: ServingCell, matrix: ServingMatrix, check: Check | undefined, frames: string): void {
  test(rateText(cell.requestRate), { meta: { serving: { framework: targetLabel(cell.target) } } }, async ({ load }) => {
    try {
      const slo = sloOf(cell, matrix)
      const run = await load({ ...cell, ...loadOf(cell, matrix) }, { slo })
      const errors = await collect([
        () => (slo === null ? requireEvidence(run) : expect(run).toMeetSlo(slo)),
        () => matrix.baseline === true && expect(run).toMatchBaseline(),
        () => check?.(run, cell),
      ])
      if (errors.length === 1) throw errors[0]
      if (errors.length > 1)
        throw new AggregateError(
          errors.map((error) => atCallSite(error, frames)),
          `${errors.length} failures`,
        )
    } catch (error) {
      throw atCallSite(error, frames)
    }
  })
}

/** Makes one assertion after the other, and resolves with what they throw. */
async function collect(assertions: readonly (() => unknown)[]): Promise<unknown[]> {
  const errors: unknown[] = []
  for (const assertion of assertions) {
    try {
      await assertion()
    } catch (error) {
      errors.push(error)
    }
  }
  return errors
}
