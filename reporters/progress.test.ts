import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderProgress, type Progress } from './progress.ts'
import { HOSTILE_NAMES } from './sample-reports.testkit.ts'
import { textWidth } from './text-width.ts'

const HALFWAY: Progress = {
  name: '',
  position: null,
  phase: 'load',
  done: 57,
  failed: 0,
  total: 120,
  inFlight: 1,
  server: null,
  ttftP50: 62,
  tokensPerSecond: 915.52,
  elapsedMs: 12_345,
  etaMs: 64_000,
}

test.each([
  { width: 100, line: '███████████░░░░░░░░░░░░░ 57/120  1 in flight  TTFT p50 62.0 ms  915.5 tok/s  12s, 1m 04s left' },
  { width: 50, line: '█████░░░░░░░ 57/120  1 in flight  TTFT p50 62.0 ms' },
  { width: 30, line: '████░░░░░░ 57/120  1 in flight' },
  { width: 8, line: '57/120' },
])('at $width cells the line keeps what matters most', ({ width, line }) => {
  expect(renderProgress(HALFWAY, { width, color: false })).toBe(line)
})

test('a full bar means that everything is done', () => {
  const almost = renderProgress({ ...HALFWAY, done: 999, total: 1000 }, { width: 100, color: false })
  expect(almost).toContain('░ 999/1000')
  expect(renderProgress({ ...HALFWAY, done: 0, total: 0 }, { width: 100, color: false })).toMatch(/^░{24} 0\/0/)
})

test('the queue of the server stands next to what is in flight', () => {
  const line = (server: Progress['server']): string =>
    renderProgress({ ...HALFWAY, inFlight: 437, server }, { width: 110, color: false })
  expect(line({ waiting: 323, kvCacheUse: 0.989 })).toContain('437 in flight  323 waiting, KV 99 %  TTFT')
  expect(line({ waiting: 0, kvCacheUse: null })).toContain('437 in flight  0 waiting  TTFT')
  expect(line({ waiting: null, kvCacheUse: null })).toContain('437 in flight  TTFT')
})

test('which case it is stands before what it does; more may come while files wait to be collected', () => {
  const line = (isComplete: boolean): string =>
    renderProgress({ ...HALFWAY, position: { index: 3, known: 16, isComplete } }, { width: 110, color: false })
  expect(line(true)).toContain(' 57/120  case 3 of 16  1 in flight')
  expect(line(false)).toContain(' 57/120  case 3 of 16+  1 in flight')
})

test('failures come first, and before the first token there is no TTFT', () => {
  const line = renderProgress(
    { ...HALFWAY, failed: 2, ttftP50: null, tokensPerSecond: null, etaMs: null },
    { width: 80, color: true },
  )
  expect(line).toContain('57/120  \u001b[31m2 failed\u001b[39m  1 in flight  12s')
})

test('the line never exceeds its width and stays one line', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...HOSTILE_NAMES),
      fc.integer({ min: 1, max: 160 }),
      fc.boolean(),
      (name, width, color) => {
        const line = renderProgress({ ...HALFWAY, name }, { width, color })
        expect(textWidth(line)).toBeLessThanOrEqual(width)
        expect(line).not.toContain('\n')
      },
    ),
  )
})
