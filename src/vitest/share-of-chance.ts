import { inject } from 'vitest'
import { FALSE_FAIL_CHANCE } from '../baseline/decide-regressions.ts'
import type { ServingMeta } from './types.ts'

/**
 * The chance of a false failure that a decision in this bench file may take: the files of the run divide it. Noted, so that the
 * end of the run can say what was taken in all.
 */
export function shareOfChance(meta: ServingMeta): number {
  const share = FALSE_FAIL_CHANCE / inject('servingBenchFiles')
  meta.falseFailChance = (meta.falseFailChance ?? 0) + share
  return share
}
