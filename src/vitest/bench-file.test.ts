import { expect, test } from 'vitest'
import { vllm } from '../frameworks/index.ts'
import type { Target } from '../frameworks/target.ts'
import { resolveTarget } from '../case/resolve-target.ts'
import { readVariables } from '../case/variables.ts'
import { benchFile, openBenchFile } from './bench-file.ts'

test('what one bench file has found is unknown to the next in the same worker', () => {
  const variables = readVariables({ VLLM_URL: 'http://a' })
  const bench = (given: Target) => () =>
    benchFile().checkMerged({ given, target: resolveTarget(given, variables) }, variables)
  openBenchFile()
  bench(vllm())()
  benchFile().settlingTests++
  expect(bench(vllm({ variant: 'awq' }))).toThrow('VLLM_URL makes one of two targets')
  expect(benchFile().settlingTests).toBe(1)
  const { oneAtATime } = benchFile()
  openBenchFile()
  expect(bench(vllm({ variant: 'awq' }))).not.toThrow()
  expect(benchFile().settlingTests).toBe(0)
  // A load that is still ending must not overlap the next, whatever file it is of.
  expect(benchFile().oneAtATime).toBe(oneAtATime)
})
