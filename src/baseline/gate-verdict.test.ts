import { expect, test } from 'vitest'
import { inWords } from '../verdict/words.ts'
import { acceptedVerdict } from './gate-verdict.ts'
import type { Trial } from './trial.ts'

const trial = (...e2eLatency: number[]): Trial => ({ seed: 0, ttft: e2eLatency, tpot: e2eLatency, e2eLatency })

// 1 of 3 and 0 of 2 requests have no end
test('a baseline with failed requests says that it accepts them', () => {
  const accepted = acceptedVerdict([trial(100, NaN, 100), trial(100, 100)], 'a.json')
  expect(accepted.verdict).toBe('pass')
  expect(inWords(accepted)).toMatchObject({
    objective: 'baseline accepted',
    message: '2 trials are the baseline from now on (a.json), and it accepts that 1 of 5 requests failed',
  })
  expect(inWords(acceptedVerdict([trial(100), trial(100)], 'a.json')).message).toBe(
    '2 trials are the baseline from now on (a.json)',
  )
})
