import type { Clock } from '../base/clock.ts'
import type { Transport } from '../client/transport.ts'
import { collectLogSamples } from '../telemetry/log-samples.ts'
import { createSampler } from '../telemetry/sampler.ts'
import { telemetryOf } from '../telemetry/telemetry-of.ts'
import { drive } from './drive.ts'
import type { LoadHooks, WatchedLoad } from './load-generator.ts'
import type { Progress } from './progress.ts'
import type { LoadResult } from './run-load.ts'

/**
 * Sends a load with an eye on the server: its metrics are read once before the first request, once a second, and once after the
 * last. Telemetry is null where the server has nothing to read. What goes wrong with it never fails the run.
 */
export async function watchLoad(
  clock: Clock,
  simulated: Transport | null,
  { signal, watch, onProgress = () => {} }: LoadHooks,
  send: (onProgress: (progress: Progress) => void) => Promise<LoadResult>,
): Promise<WatchedLoad> {
  if (watch === undefined) return { ...(await send(onProgress)), telemetry: null }
  const { sources, close } = watch.open(clock, simulated)
  const sampler = sources.length === 0 && watch.log === null ? null : createSampler(clock, sources)
  const logged = watch.log === null ? null : collectLogSamples(clock, watch.log)
  try {
    if (sampler === null) return { ...(await send(onProgress)), telemetry: null }
    await drive(clock, (done) => sampler.start(done))
    const result = await send((progress) =>
      onProgress({ ...progress, server: sampler.latest() ?? logged?.latest() ?? null }),
    )
    if (signal?.aborted !== true) await drive(clock, (done) => sampler.finish(done))
    return { ...result, telemetry: telemetryOf(sampler.sampled(), logged, windowOf(result)) }
  } finally {
    sampler?.stop()
    logged?.stop()
    await close()
  }
}

function windowOf({ records }: LoadResult): { firstDueAt: number; lastEndAt: number } {
  return {
    firstDueAt: records.reduce((first, { dueAt }) => Math.min(first, dueAt), Infinity),
    lastEndAt: records.reduce((last, { endedAt }) => Math.max(last, endedAt), -Infinity),
  }
}
