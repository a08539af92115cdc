import { expect, test } from 'vitest'
import { renderOpenMetrics } from './openmetrics.ts'
import { HOSTILE_NAMES, report, sampleCase, studyReport } from './sample-reports.testkit.ts'

test('times are in seconds, one gauge for each statistic', () => {
  const text = renderOpenMetrics(report([sampleCase()]))
  expect(text).toContain('# TYPE llm_bench_ttft_seconds gauge\n# UNIT llm_bench_ttft_seconds seconds\n')
  // The study's P99 TTFT at 5 requests/s is 370.85 ms.
  expect(sampleOf(text, 'llm_bench_ttft_seconds', 'statistic="p99"')).toBeCloseTo(0.37085, 10)
  expect(sampleOf(text, 'llm_bench_request_throughput', 'request_rate="5"')).toBe(4.58)
  expect(sampleOf(text, 'llm_bench_error_rate', 'framework="vllm"')).toBe(0)
})

test('what was not measured has no line, and the end is marked', () => {
  const text = renderOpenMetrics(report([sampleCase()]))
  expect(text).not.toContain('llm_bench_itl')
  expect(text).not.toContain('llm_bench_goodput')
  expect(text.endsWith('# EOF\n')).toBe(true)
})

test('a case passes only with the verdict pass; one that did not run has not passed', () => {
  const text = renderOpenMetrics(studyReport())
  expect(sampleOf(text, 'llm_bench_case_passed', 'rtx 3090 > vllm base 5 req/s')).toBe(1)
  expect(sampleOf(text, 'llm_bench_case_passed', 'rtx 3090 > vllm base 8 req/s')).toBe(0)
  expect(sampleOf(text, 'llm_bench_case_passed', 'rtx 3090 > tensorrt-llm 5 req/s')).toBe(0)
})

test('each trial has its numbers, and the case one verdict', () => {
  const text = renderOpenMetrics(report([sampleCase({ trials: 2 })]))
  const of = (name: string): string[] => text.split('\n').filter((line) => line.startsWith(`${name}{`))
  expect(of('llm_bench_completed').map((line) => /trial="(\d)"/.exec(line)?.[1])).toEqual(['0', '1'])
  expect(of('llm_bench_case_passed')).toHaveLength(1)
})

test('every line follows the grammar, whatever the names', () => {
  const text = renderOpenMetrics(
    report(HOSTILE_NAMES.map((name) => sampleCase({ case: name, target: { model: name } }))),
  )
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (TYPE|UNIT|HELP) .+|# EOF|[a-z_]+\{([a-z_]+="([^"\\\n]|\\\\|\\")*",?)+\} -?[\d.e+-]+)$/)
  }
})

function sampleOf(text: string, name: string, label: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${name}{`) && each.includes(label))
  return Number(line?.split(' ').at(-1))
}
