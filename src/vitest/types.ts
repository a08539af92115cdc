import type { Metrics, RunReport } from '../report.ts'
import type { RequestRecord } from '../record.ts'
import type { Slo } from '../slo/slo.ts'
import type { ServingCase } from './run-case.ts'
import type { Progress } from '../dispatch/progress.ts'

/** One finished load run, as a bench author sees it: its metrics, and everything behind them. */
export interface ServingRun extends Metrics {
  readonly report: RunReport
  /** Every request that was sent, in arrival order. */
  readonly records: readonly RequestRecord[]
}

/** What one test carries to the reporters: `task.meta.serving`. JSON-safe. */
export interface ServingMeta {
  /** Label of the target, known before anything runs, so that a case which dies early still has its place. */
  framework?: string
  /** The runs of the test, each marked with the attempt (retry) it belongs to. */
  runs?: { attempt: number; report: RunReport }[]
  /** First lines of the failures that stand as verdicts in a report already: no reporter needs to list them twice. */
  judged?: string[]
}

/** Handed from the main process to the workers. */
export interface ServingBenchContext {
  readonly updateBaselines: 'all' | 'new' | 'none'
  /** How often a load run reports its progress; null when nobody listens. */
  readonly progressMs: number | null
}

export interface ProgressArtifact {
  readonly type: 'vitest-llm-bench:progress'
  readonly name: string
  readonly progress: Progress
}

declare module 'vitest' {
  interface TaskMeta {
    serving?: ServingMeta
  }
  interface ProvidedContext {
    servingBench: ServingBenchContext
  }
  interface TestArtifactRegistry {
    'vitest-llm-bench:progress': ProgressArtifact
  }
  interface BenchFnOptions {
    /** A load run instead of a function to repeat; read by this package's provider. */
    serving?: ServingCase
  }
  interface BenchResult {
    serving?: ServingRun
  }
  interface Matchers<R extends void | Promise<void> = void | Promise<void>, T = unknown> {
    /** Every objective holds. Lists all that do not; no data is a failure. */
    toMeetSlo: (slo: Slo) => R
    /** Not slower than the accepted baseline of this case (`vitest bench -u` accepts the current run). */
    toMatchBaseline: () => R
    /** The queue grew all through the run: the server cannot keep up with this rate. */
    toBeSaturated: () => R
  }
}
