import type { Clock } from '../base/clock.ts'
import type { Levels } from '../frameworks/metrics-table.ts'
import { parseEngineLogLine } from './engine-log.ts'
import type { Sample } from './sampler.ts'

/** The log of a server, line by line as it is written. */
export interface EngineLog {
  /** Where the lines can be read afterwards. */
  readonly file: string
  /** Returns what ends the listening. */
  onLine(listener: (line: string) => void): () => void
}

/** What the log of a server said of it, as long as somebody listened. */
export interface LogSamples {
  readonly file: string
  readonly samples: readonly Sample[]
  latest(): Levels | null
  stop(): void
}

/** Listens to a log for lines that tell the state of the engine. */
export function collectLogSamples(clock: Clock, log: EngineLog): LogSamples {
  const samples: Sample[] = []
  const stop = log.onLine((line) => {
    const levels = parseEngineLogLine(line)
    if (levels !== null) samples.push({ at: clock.now(), levels })
  })
  return { file: log.file, samples, latest: () => samples.at(-1)?.levels ?? null, stop }
}
