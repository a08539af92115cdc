import { expect, test } from 'vitest'
import oracle from '../../fixtures/statistics-oracle.json' with { type: 'json' }
import { fisherUpperTail } from './fisher.ts'
import { incompleteBeta, inverseIncompleteBeta } from './incomplete-beta.ts'
import { logBeta, logGamma } from './log-gamma.ts'
import { binomialCdf } from './min-requests.ts'
import { normalUpperTail } from './normal.ts'
import { studentTCdf, studentTQuantile } from './student-t.ts'

const FUNCTIONS: Readonly<Record<string, (...values: number[]) => number>> = {
  logGamma,
  logBeta,
  incompleteBeta,
  inverseIncompleteBeta,
  studentTCdf,
  studentTQuantile,
  normalUpperTail,
  binomialCdf,
  fisher: fisherUpperTail,
}

test.for(Object.entries(FUNCTIONS))('%s agrees with SciPy to 1e-9', ([name, compute]) => {
  const rows = (oracle as Readonly<Record<string, unknown>>)[name] as number[][]
  expect(rows.length).toBeGreaterThan(4)
  const wrong = rows.filter((row) => {
    const expected = row.at(-1)!
    const value = compute(...row.slice(0, -1))
    // Relative for large values and for small tails alike, but not at a zero.
    return !(Math.abs(value - expected) <= 1e-9 * Math.max(Math.abs(expected), 1e-5))
  })
  expect(wrong).toEqual([])
})
