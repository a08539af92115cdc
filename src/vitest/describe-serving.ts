import { describe, expect } from 'vitest'
import { throwAll } from '../base/errors.ts'
import { checkMatrix } from '../case/check-options.ts'
import { requireEvidence } from '../case/evidence.ts'
import { loadOf, shortSamplesNotice, sloOf, type ServingCell, type ServingMatrix } from '../case/matrix.ts'
import { rateText } from '../base/rate-text.ts'
import { resolveAnySlo } from '../case/resolve-case.ts'
import type { ServingRun } from '../case/serving-run.ts'
import { targetLabel } from '../frameworks/target.ts'
import { atCallSite, captureCallSite } from './call-site.ts'
import { test } from './load-fixture.ts'
import { releaseServerAfterAll } from './servers.ts'
import { settings } from './settings.ts'
import { defineSettlingTest } from './settling-step.ts'

export type { ServingCell, ServingMatrix }

/** Throws, or rejects, where something does not hold; what it returns is awaited and says nothing else. */
type Check = (run: ServingRun, cell: ServingCell) => unknown

/**
 * One test for each target and request rate: sends the load, judges its objectives, then calls `check`, which may be async, for
 * whatever else must hold. Everything that fails in a cell is reported, not only the first.
 */
export function describeServing(name: string, matrix: ServingMatrix, check?: Check): void {
  const frames = captureCallSite(describeServing)
  checkMatrix(name, matrix)
  const notice = shortSamplesNotice(name, matrix, (slo) => resolveAnySlo(slo, ...settings()))
  if (notice !== null) console.warn(notice)
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

function defineCell(cell: ServingCell, matrix: ServingMatrix, check: Check | undefined, frames: string): void {
  test(rateText(cell.requestRate), { meta: { serving: { framework: targetLabel(cell.target) } } }, async ({ load }) => {
    try {
      const slo = resolveAnySlo(sloOf(cell, matrix), ...settings())
      const run = await load({ target: cell.target, ...loadOf(cell, matrix) }, { slo })
      const errors = await collect([
        () => (slo === null ? requireEvidence(run) : expect(run).toMeetSlo(slo)),
        () => matrix.baseline === true && expect(run).toMatchBaseline(),
        () => check?.(run, cell),
      ])
      throwAll(errors)
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
