import { Bench } from 'tinybench'
import type { BenchResult } from 'vitest'
import { measuredRecords } from '../metrics/fill.ts'
import type { ServingRun } from '../case/serving-run.ts'

/**
 * A load run in the shape that Vitest's own benchmarks have, with tinybench's statistics: one sample for each measured
 * request that completed, its end-to-end latency. `throughput.mean` is completed requests a second, `totalTime` the duration of the run.
 *
 * When no request completed the statistics are NaN: nothing was measured, and the run itself says why.
 */
export function toBenchResult(name: string, run: ServingRun): BenchResult {
  const latencies = measuredRecords(run.records)
    .filter(({ outcome }) => outcome.status === 'completed')
    .map(({ endedAt, dueAt }) => endedAt - dueAt)
  const result = statistics(latencies.length === 0 ? [Number.NaN] : latencies)
  return {
    ...result,
    name,
    throughput: { ...result.throughput, mean: run.requestThroughput },
    totalTime: run.durationMs,
    serving: run,
  }
}

function statistics(samples: readonly number[]): Omit<BenchResult, 'name'> {
  let next = 0
  const bench = new Bench({ iterations: samples.length, time: 0, warmup: false })
  bench.add('requests', () => ({ overriddenDuration: samples[next++] ?? Number.NaN }))
  bench.runSync()
  const result = bench.tasks[0]?.result
  if (result?.state !== 'completed') throw new Error(`tinybench ended in state ${result?.state ?? 'none'}`)
  return result
}
