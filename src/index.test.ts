import { expect, test } from 'vitest'
import * as entry from './index.ts'

test('the public entry offers what a bench file needs, and nothing by accident', () => {
  expect(Object.keys(entry).sort((a, b) => a.localeCompare(b))).toMatchInlineSnapshot(`
    [
      "allAtOnce",
      "BenchError",
      "BenchReport",
      "CaseReport",
      "compareVersions",
      "constant",
      "describeServing",
      "expect",
      "findCapacity",
      "findProfile",
      "fixedLengths",
      "gamma",
      "jsonl",
      "llamaCpp",
      "lmdeploy",
      "lognormalLengths",
      "mlcLlm",
      "ollama",
      "openai",
      "parseSlo",
      "poisson",
      "readProfileFile",
      "recorded",
      "scaleProfile",
      "sglang",
      "sharegpt",
      "study",
      "studyLengths",
      "tensorrtLlm",
      "test",
      "tgi",
      "uniformLengths",
      "vllm",
    ]
  `)
})

/** Never called: the compiler is the test. A line that should not compile and does makes `tsc` fail. */
export function misspeltNamesDoNotCompile(run: entry.ServingRun): void {
  const load = { numPrompts: 10 }
  entry.describeServing('names', { targets: [entry.vllm()], requestRates: [1], load })
  // @ts-expect-error a metric that does not exist
  entry.describeServing('names', { targets: [entry.vllm()], requestRates: [1], load, slo: { tfft: { p99: 1 } } })
  // @ts-expect-error a percentile that does not exist
  entry.describeServing('names', { targets: [entry.vllm()], requestRates: [1], load, slo: { ttft: { p98: 1 } } })
  // @ts-expect-error no number of prompts
  entry.describeServing('names', { targets: [entry.vllm()], requestRates: [1], load: {} })
  // @ts-expect-error not a latency
  entry.expect(run).toMeetSlo({ errorRate: { p99: 0 } })
  entry.expect(run).toMeetSlo({ ttft: { p99: 400 }, requestThroughput: { min: 1 } })
  entry.expect(run).toMatchBaseline()
  entry.expect(run).not.toBeSaturated()
  entry.expect(run).toKeepSchedule({ maxLateShare: 0.05 })
  entry.findCapacity('names', { target: entry.vllm(), slo: { ttft: { p99: 400 } } })
  // @ts-expect-error the name comes first
  entry.findCapacity(entry.vllm(), { slo: { ttft: { p99: 400 } } })
}
