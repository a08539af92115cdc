import { doubtsOverTrials } from '../doubts/over-trials.ts'
import { summariseTrials } from '../metrics/summarise.ts'
import type { RequestRecord } from '../record.ts'
import { CASE_SCHEMA, type CaseReport, type Doubt } from '../report.ts'
import type { ValidityVerdict } from '../verdict/verdict.ts'
import { trialsMissing } from './invalidity.ts'
import { poolErrors, poolValidity } from './pool-validity.ts'
import type { MeasuredTrial } from './trial.ts'

export interface CaseInput extends Pick<CaseReport, 'case' | 'target' | 'load' | 'environment'> {
  /** In the order in which they ran; at least one. */
  readonly trials: readonly MeasuredTrial[]
  /** About the case, besides what its trials raise themselves. */
  readonly doubts?: readonly Doubt[]
  /** As for each trial. */
  readonly meetsObjectives?: ((record: RequestRecord) => boolean) | undefined
}

/**
 * The report of a case: everything over all of its trials is counted from their records, so to the last digit. Its only verdicts
 * are those on its validity; judges append theirs.
 */
export function buildCaseReport(input: CaseInput): CaseReport {
  const { target, load, trials, environment, doubts = [], meetsObjectives } = input
  const reports = trials.map(({ report }) => report)
  const missing = trials.length < load.trials ? [trialsMissing(trials.length, load.trials)] : []
  return {
    schema: CASE_SCHEMA,
    case: input.case,
    target,
    load,
    metrics: summariseTrials(
      trials.map(({ records }) => records),
      { meetsObjectives },
    ),
    validity: poolValidity(
      reports.map(({ validity }) => validity),
      trials.flatMap(({ connectMs }) => connectMs),
    ),
    errors: poolErrors(reports.map(({ errors }) => errors)),
    verdicts: [...trials.flatMap((trial) => invalidityIn(trial, trials.length)), ...missing],
    doubts: [
      ...doubtsOverTrials(trials.map(({ report: { trial }, doubts: own }) => ({ trial, doubts: own }))),
      ...doubts,
    ],
    trials: reports,
    environment,
  }
}

/** The trial is named where there are several. */
function invalidityIn({ report, invalid }: MeasuredTrial, trials: number): ValidityVerdict[] {
  return invalid.map((verdict) => ({ ...verdict, trial: trials === 1 ? null : report.trial }))
}
