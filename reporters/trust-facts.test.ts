import { expect, test } from 'vitest'
import type { CaseReport } from '../src/report.ts'
import { HOSTILE_NAMES, sampleCase } from './sample-reports.testkit.ts'
import { trustFacts } from './trust-facts.ts'

type Validity = Partial<CaseReport['validity']>

function row(validity: Validity, changes: Parameters<typeof sampleCase>[0] = {}): CaseReport {
  return sampleCase({ ...changes, validity })
}

function factsOf(...cases: CaseReport[]): string[] {
  return trustFacts({ cases, label: ({ target }) => target.variant })
}

test('the load is held against its schedule, the worst case is named', () => {
  const stimulus = { dueRate: 5, sentRate: 5, gapDistance: 0, lateSends: 0 }
  expect(factsOf(row({ offeredShare: 0.997, stimulus }), row({ offeredShare: 1.078, stimulus }))).toEqual(
    expect.arrayContaining([
      'Arrivals came at 99.7 % to 107.8 % of the rate that was asked for.',
      'The gaps between the sent requests are those of the schedule, within 1 ms; none left more than 5 ms late.',
    ]),
  )
  const off = row({ stimulus: { ...stimulus, gapDistance: 0.0421, lateSends: 7 } }, { target: { variant: 'awq' } })
  expect(factsOf(row({ stimulus }), off)).toContain(
    'The gaps between the sent requests differ from the schedule by at most 0.042 (Kolmogorov-Smirnov distance, 0 is alike; awq); 7 left more than 5 ms late.',
  )
})

test('a cap of concurrency holds requests back, which is no fault of the schedule', () => {
  const stimulus = { dueRate: 5, sentRate: 2, gapDistance: 0.9, lateSends: 100 }
  expect(factsOf(row({ stimulus }, { load: { maxConcurrency: 4 } })).join('\n')).not.toContain('schedule')
})

test('warm-up, its failures, and what is cut off are counted', () => {
  expect(factsOf(row({ warmup: { sent: 0, failed: 0, trimmed: 0 } }))).toContain(
    'No server was warmed up; every request of the runs is in the numbers.',
  )
  expect(factsOf(row({ warmup: { sent: 1, failed: 0, trimmed: 0 } }))).toContain(
    '1 request warmed the servers up; every request of the runs is in the numbers.',
  )
  const warm = { warmup: { sent: 4, failed: 1, trimmed: 9 } }
  expect(factsOf(row(warm), row(warm))).toContain(
    '8 requests warmed the servers up, 2 of which failed; 18 requests filled their batches before the measured ones, and counted only if they failed.',
  )
})

test('requests that went out twice are counted where the connections are known', () => {
  const connections = { opened: 3, reused: 97, resent: 0, connectMs: null }
  expect(factsOf(row({ connections }))).toContain('No request was sent twice.')
  expect(factsOf(row({ connections: { ...connections, resent: 2 } }))).toContain(
    '2 requests lost a reused connection before any answer and went out a second time.',
  )
  expect(factsOf(row({ connections: null })).join('\n')).not.toContain('twice')
})

test('sampling parameters stand once, with the targets that differ', () => {
  const one = row({}, { target: { sampling: { temperature: 0 } } })
  const other = row({}, { target: { variant: 'awq', sampling: { temperature: 1 } } })
  expect(factsOf(one, one)).toContain('Every request said {"temperature":0}.')
  expect(factsOf(one, other)).toEqual(
    expect.arrayContaining([
      'Every request to vllm 0.4.1 base said {"temperature":0}.',
      'Every request to vllm 0.4.1 awq said {"temperature":1}.',
    ]),
  )
})

test('input tokens say whose count they are', () => {
  expect(factsOf(row({}))).toContain('Input tokens are those of the workload, as counted by words.')
})

test('a server that counts other prompts is named, one that agrees is not', () => {
  const told = (min: number, max: number): Validity => ({ promptTokenDifference: { mean: min, min, max, count: 9 } })
  expect(factsOf(row(told(25, 28)))).toContain(
    'vllm 0.4.1 base counts 25 to 28 more tokens in a prompt than the workload has.',
  )
  expect(factsOf(row(told(0, 0))).join('\n')).not.toContain('more tokens')
})

test('the largest share of a prefix cache is told, with its row, and how many rows tell none', () => {
  const none = row({ cachedPromptShare: null })
  const cold = row({ cachedPromptShare: 0 })
  const warm = row({ cachedPromptShare: 0.0312 }, { target: { variant: 'awq' } })
  expect(factsOf(none).join('\n')).not.toContain('prefix cache')
  expect(factsOf(cold, cold)).toContain('No prompt token came from a prefix cache.')
  expect(factsOf(cold, warm, none)).toContain(
    'At most 3.1 % of the prompt tokens of a case came from a prefix cache (awq); the servers of 1 case do not tell.',
  )
})

test('no hostile name or problem brings a control or a line', () => {
  for (const name of HOSTILE_NAMES) {
    const facts = factsOf(row({}, { target: { variant: name, sampling: { [name]: name } } }))
    expect(facts.join('')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
  }
})
