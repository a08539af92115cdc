import { BenchError } from '../base/errors.ts'
import { maskDeep, masker } from '../base/mask.ts'
import { whyUnwritable } from '../metrics/why-unwritable.ts'
import type { CaseReport } from '../report.ts'
import { prepareCase, warmUp, type PreparedCase } from './prepare.ts'
import { buildCaseReport } from './report.ts'
import { goodputOf, runTrials, type MeasuredCase } from './run-trials.ts'
import type { RunCaseOptions, ServingCase } from './serving-case.ts'
import type { ServingRun } from './serving-run.ts'
import { simulationNotice } from './simulation-notice.ts'

/**
 * Runs one case from its target to its report. Throws BenchError when it cannot be run at all; an abort ends it with what was
 * measured.
 */
export async function runCase(serving: ServingCase, options: RunCaseOptions): Promise<ServingRun> {
  const prepared = await prepareCase(serving)
  const notice = simulationNotice(prepared.target)
  if (notice !== null) options.onNotice?.(notice)
  try {
    const warmup = await warmUp(prepared, options)
    const measured = await runTrials(prepared, warmup, options)
    const report = reportOf(prepared, measured, options)
    return { ...report.metrics, report, records: measured.trials.flatMap(({ records }) => records) }
  } finally {
    await prepared.generator.close()
  }
}

/** BenchError `bad-report` where it could not be written. */
function reportOf(
  { serving: { name, load }, target, facts }: PreparedCase,
  { trials, repeated }: MeasuredCase,
  { environment }: Pick<RunCaseOptions, 'environment'>,
): CaseReport {
  const built = buildCaseReport({
    case: name,
    ...facts,
    trials,
    doubts: repeated.map((doubt) => ({ ...doubt, trial: null })),
    environment,
    meetsObjectives: goodputOf(load),
  })
  const report = maskDeep(built, masker(target.secrets), (field) => OURS.has(field))
  const why = whyUnwritable(report)
  if (why === null) return report
  throw new BenchError(`${name} was run, and its report cannot be written: ${why}.`, {
    code: 'bad-report',
    remedy: 'Report this with the case that produced it.',
  })
}

/** Fields of a report that hold no foreign words: names of ours, the author's own, and columns of numbers. */
const OURS: ReadonlySet<string> = new Set([
  'schema',
  'case',
  'framework',
  'variant',
  'digest',
  'kind',
  'reason',
  'code',
  'verdict',
  'requests',
  'series',
])
