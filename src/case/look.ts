import type { Target } from '../frameworks/target.ts'
import type { LoadOptions } from './load-options.ts'
import type { Repeats } from './repeats.ts'
import type { Slo } from '../slo/slo.ts'
import { recordsOfTrials, type ServingRun } from './serving-run.ts'

/** One of several loads of a case that is sent by a search or a comparison, which asks for further looks as it needs them. */
export interface Look {
  /** What the looks before it measured: they are reported with it as one case. Null for the first. */
  readonly before: ServingRun | null
  /** The looks of one stage share them. */
  readonly repeats: Repeats
  /** What the search judges it by; absent where nothing is. */
  readonly slo?: Slo | null
}

/** Sends the load of a look, and resolves with what all looks of the case have measured so far. */
export type SendLook = (
  load: LoadOptions & { readonly target: Target; readonly name: string },
  look: Look,
) => Promise<ServingRun>

/** What the last look alone measured. */
export function lastLook(run: ServingRun): ServingRun {
  const trial = run.report.trials.at(-1)
  if (trial === undefined) throw new RangeError('A run has at least one trial.')
  return {
    ...trial.metrics,
    report: { ...run.report, metrics: trial.metrics, trials: [trial] },
    records: recordsOfTrials(run).at(-1) ?? [],
  }
}
