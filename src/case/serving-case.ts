import type { Progress } from '../load/progress.ts'
import type { Environment } from '../report.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import type { Calibrations } from './client-calibration.ts'
import type { Repeats } from './repeats.ts'
import type { ResolvedCase } from './resolve-case.ts'

/** A case that is to be run: what travels through Vitest's `bench` to our provider. */
export interface ServingCase extends ResolvedCase {
  /** Ends the load with what was measured. Default: that of the test. */
  readonly signal?: AbortSignal
  /** Of the target's server, where it was launched for the case. */
  readonly log?: EngineLog
  /** For its invalid trials, where it shares them with other cases. Default: repeats of its own. */
  readonly repeats?: Repeats
}

export interface RunCaseOptions {
  readonly environment: Environment
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: Progress) => void) | undefined
  /** How many requests will count, in words, before the first of them; not called where all that is sent counts. */
  readonly onPlan?: ((plan: string) => void) | undefined
  /** What is to be said once in a run, however many cases it concerns. */
  readonly onNotice?: ((notice: string) => void) | undefined
  /** What the cases before it have found, and this one adds to. Default: none. */
  readonly calibrations?: Calibrations
}
