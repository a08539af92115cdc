import { createVirtualClock } from '../load/virtual-clock.ts'
import { BenchError } from '../base/errors.ts'
import { driveEngine } from '../simulator/drive-engine.ts'
import { createEngine } from '../simulator/engine.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import type { Ms, Tokens } from '../base/units.ts'
import type { MeasuredRequest, MeasuredRun } from './measured-run.ts'

/**
 * Latencies of the requests of a measured run, given to a simulated engine at the same times and with the same lengths.
 * Throws BenchError `bad-profile` where that engine dies of them, `bad-load` where one does not fit its context.
 */
export function simulateRun(
  profile: EngineProfile,
  requests: readonly MeasuredRequest[],
  templateTokens: Tokens,
): Pick<MeasuredRun, 'ttft' | 'tpot'> {
  const clock = createVirtualClock()
  const firstAt = new Float64Array(requests.length)
  const lastAt = new Float64Array(requests.length)
  const engine = driveEngine(createEngine(profile, 0), clock, (id, finish) => {
    if (firstAt[id] === 0) firstAt[id] = clock.now()
    if (finish !== null) lastAt[id] = clock.now()
  })
  for (const [id, { sentAt, promptTokens, outputTokens }] of requests.entries()) {
    const request = { id, promptTokens: promptTokens + templateTokens, maxTokens: outputTokens }
    clock.at(sentAt, () => engine.submit(request))
  }
  clock.run()
  if (engine.stats().dead)
    throw new BenchError('The engine to start from runs out of memory with the requests of the report.', {
      code: 'bad-profile',
      remedy: 'Give one that holds a smaller batch with --base.',
    })
  const ttft = requests.map(({ dueAt }, id) => firstAt[id]! - dueAt)
  const tpot = requests.flatMap(({ outputTokens, hasTpot }, id): Ms[] =>
    !hasTpot ? [] : [(lastAt[id]! - firstAt[id]!) / (outputTokens - 1)],
  )
  return { ttft, tpot }
}
