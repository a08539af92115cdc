import type { Telemetry } from '../report.ts'
import { collectLogSamples, type EngineLog } from '../telemetry/log-samples.ts'
import type { MetricsSource } from '../telemetry/metrics-sources.ts'
import { createSampler } from '../telemetry/sampler.ts'
import { telemetryOf } from '../telemetry/telemetry-of.ts'
import { drive } from './drive.ts'
import type { Progress } from './progress.ts'
import type { LoadOptions, LoadResult } from './run-load.ts'

/** Where a server says what it is doing. */
export interface Watch {
  /** Pages of metrics, tried in this order. */
  readonly sources: readonly MetricsSource[]
  /** Of a server that we started; null of others. */
  readonly log: EngineLog | null
}

/**
 * Sends a load with an eye on the server: its metrics are read once before the first request, once a second, and once after the
 * last. Telemetry is null where the server has nothing to read. What goes wrong with it never fails the run.
 */
export async function runWatchedLoad(
  send: (onProgress: (progress: Progress) => void) => Promise<LoadResult>,
  { clock, signal, onProgress = () => {} }: Pick<LoadOptions, 'clock' | 'signal' | 'onProgress'>,
  { sources, log }: Watch,
): Promise<LoadResult & { readonly telemetry: Telemetry | null }> {
  if (sources.length === 0 && log === null) return { ...(await send(onProgress)), telemetry: null }
  const sampler = createSampler(clock, sources)
  const logged = log === null ? null : collectLogSamples(clock, log)
  try {
    await drive(clock, (done) => sampler.start(done))
    const result = await send((progress) =>
      onProgress({ ...progress, server: sampler.latest() ?? logged?.latest() ?? null }),
    )
    if (signal?.aborted !== true) await drive(clock, (done) => sampler.finish(done))
    return { ...result, telemetry: telemetryOf(sampler.sampled(), logged, windowOf(result)) }
  } finally {
    sampler.stop()
    logged?.stop()
  }
}

function windowOf({ records }: LoadResult): { firstDueAt: number; lastEndAt: number } {
  return {
    firstDueAt: records.reduce((first, { dueAt }) => Math.min(first, dueAt), Infinity),
    lastEndAt: records.reduce((last, { endedAt }) => Math.max(last, endedAt), -Infinity),
  }
}
