import type { Margins } from '../baseline/canary.ts'
import type { GateOptions } from '../case/gate-case.ts'
import type { ProjectOptions } from '../case/resolve-case.ts'
import type { SettledCase } from '../case/settle-gates.ts'
import type { CaseReport } from '../report.ts'
import type { ServingRun } from '../case/serving-run.ts'
import type { StimulusLimits } from '../slo/judge-stimulus.ts'
import type { Slo } from '../slo/slo.ts'
import type { Loading } from '../server/wait-until-ready.ts'
import type { ServingCase } from '../case/serving-case.ts'
import type { Progress } from '../load/progress.ts'

/** What one test carries to the reporters: `task.meta.serving`. JSON-safe. */
export interface ServingMeta {
  /** Label of the target, known before anything runs, so that a case which dies early still has its place. */
  framework?: string
  /** The cases of the test, each marked with the attempt (retry) it belongs to. */
  cases?: AttemptedCase[]
  /** Names of those whose regression gates the end of the bench file decides. */
  waiting?: string[]
  /** What the end of a bench file decided on its cases: of a test, or of the file. */
  settled?: SettledCase[]
  /** Chance of any false failure among the regression gates that were decided here. */
  falseFailChance?: number
}

export interface AttemptedCase {
  readonly attempt: number
  readonly report: CaseReport
}

/** Handed from the main process to the workers. */
export interface ServingBenchContext extends GateOptions, ProjectOptions {
  /** How often a load run reports its progress; null when nobody listens. */
  readonly progressMs: number | null
  /** Whether the main process answers signals by an orderly end; else Vitest exits at once. */
  readonly answersSignals: boolean
  readonly margins: Margins
  /** Where the logs of launched servers go. */
  readonly logFolder: string
}

export interface ProgressArtifact {
  readonly type: 'vitest-llm-bench:progress'
  readonly name: string
  readonly progress: Progress
}

/** How many requests of a case will count. */
export interface PlanArtifact {
  readonly type: 'vitest-llm-bench:plan'
  readonly name: string
  readonly plan: string
}

/** What the reporter says once, however many cases say it. */
export interface NoticeArtifact {
  readonly type: 'vitest-llm-bench:notice'
  readonly notice: string
}

/** A server is being started for a case. */
export interface LoadingArtifact extends Loading {
  readonly type: 'vitest-llm-bench:loading'
  readonly name: string
  /** Of the target. */
  readonly label: string
}

/** A case of a test that has not ended yet, and its place among those of the test. */
export interface CaseArtifact {
  readonly type: 'vitest-llm-bench:case'
  readonly measured: (AttemptedCase & { readonly at: number }) | null
}

declare module 'vitest' {
  interface TaskMeta {
    serving?: ServingMeta
  }
  interface ProvidedContext {
    servingBench: ServingBenchContext
    /** How many bench files the run has: they share the chance of a false failure. */
    servingBenchFiles: number
  }
  interface TestArtifactRegistry {
    'vitest-llm-bench:progress': ProgressArtifact
    'vitest-llm-bench:plan': PlanArtifact
    'vitest-llm-bench:notice': NoticeArtifact
    'vitest-llm-bench:loading': LoadingArtifact
    'vitest-llm-bench:case': CaseArtifact
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
    /**
     * Not slower than the accepted baseline of this case (`vitest bench -u` accepts the current run). The trials of this
     * run are its first look; what looks slower is confirmed on fresh ones at the end of the file, which is what fails.
     */
    toMatchBaseline: () => R
    /** The queue grew all through the run: the server cannot keep up with this rate. */
    toBeSaturated: () => R
    /** The load left as it was scheduled: rate, gaps between sendings, late sends. */
    toKeepSchedule: (limits?: StimulusLimits) => R
  }
}
