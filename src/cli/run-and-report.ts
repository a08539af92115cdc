import { join } from 'node:path'
import { renderProgress } from '../../reporters/progress.ts'
import { standing } from '../../reporters/standing.ts'
import { BenchError } from '../base/errors.ts'
import { maskError, masker } from '../base/mask.ts'
import { plainLine } from '../base/plain-text.ts'
import { secretsInEnvironment } from '../base/secrets.ts'
import type { Ms } from '../base/units.ts'
import { describeEnvironment } from '../case/environment.ts'
import { requireEvidence } from '../case/evidence.ts'
import { addVerdicts, isGreen, judgeObjectives } from '../case/judge.ts'
import type { ResolvedCase } from '../case/resolve-case.ts'
import { runCase } from '../case/run-case.ts'
import type { RunCaseOptions } from '../case/serving-case.ts'
import type { ServingRun } from '../case/serving-run.ts'
import { targetLabel } from '../frameworks/target.ts'
import { publishReport } from '../publish-report.ts'
import { REPORT_SCHEMA, type BenchReport } from '../report.ts'
import { formatVerdicts } from '../case/failed-assertion.ts'
import { assertionFailed } from '../verdict/make.ts'
import type { CommandIo } from './command-io.ts'

export interface ReportFolder {
  readonly folder: string
  /** The same as it was given. */
  readonly outputDir: string
}

const PROGRESS_MS: Ms = 10_000

/**
 * Runs a case without Vitest: sends it, judges it by its SLO, writes its reports and prints its table. Throws what kept it from
 * running, once that stands in the reports, and BenchError `not-met` where it did not pass.
 */
export async function runAndReport(resolved: ResolvedCase, place: ReportFolder, io: CommandIo): Promise<void> {
  const { name, target } = resolved
  const mask = masker([...target.secrets, ...secretsInEnvironment(io.env)])
  let run: ServingRun
  try {
    run = await runCase(resolved, { environment: describeEnvironment(), signal: io.signal, ...listeners(name, io) })
  } catch (error) {
    const masked = maskError(error, mask)
    if (!(masked instanceof BenchError)) throw masked
    const failed = { case: name, framework: targetLabel(target), message: masked.message }
    publish({ ...EMPTY, failedCases: [failed] }, place, io)
    throw masked
  }
  judge(run, resolved)
  const { report } = run
  publish({ ...EMPTY, cases: [report] }, place, io)
  if (isGreen(report.verdicts)) return
  throw new BenchError(`${formatVerdicts(report, report.verdicts)}\n`, {
    code: 'not-met',
    remedy: `See ${join(place.outputDir, 'report.html')}.`,
  })
}

const EMPTY: BenchReport = { schema: REPORT_SCHEMA, cases: [], failedCases: [], falseFailChance: 0 }

/** By its objectives; a run without any fails where nothing was served. */
function judge(run: ServingRun, { slo }: ResolvedCase): void {
  if (slo !== null) {
    judgeObjectives(run, slo, { inconclusive: slo.inconclusive, stableRate: null })
    return
  }
  try {
    requireEvidence(run)
  } catch (error) {
    addVerdicts(run.report, [assertionFailed((error as Error).message, 1)])
  }
}

/** BenchError `bad-report` where a file could not be written. */
function publish(report: BenchReport, { folder }: ReportFolder, { print, width, color, env }: CommandIo): void {
  const problems = publishReport(report, { folder, page: join(folder, 'report.html'), env, print, width, color })
  if (problems.length === 0) return
  throw new BenchError(`${problems.join('\n')}\n`, { code: 'bad-report', remedy: 'Give another folder with --out.' })
}

/** A line about the progress now and then: nobody waits for minutes before a silent terminal. */
function listeners(
  name: string,
  { print, width }: Pick<CommandIo, 'print' | 'width'>,
): Pick<RunCaseOptions, 'onProgress' | 'onPlan' | 'onNotice'> {
  let lastAt = performance.now()
  return {
    onPlan: (plan) => print(plainLine(plan)),
    onNotice: (notice) => print(plainLine(notice)),
    onProgress(progress) {
      const now = performance.now()
      if (now - lastAt < PROGRESS_MS) return
      lastAt = now
      print(renderProgress({ name, position: null, ...standing(progress) }, { width: width - 1, color: false }))
    },
  }
}
