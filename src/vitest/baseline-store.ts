import { basename, dirname, join } from 'node:path'
import { readBaseline, writeBaseline } from '../baseline/baseline-file.ts'
import { compareWithBaseline } from '../baseline/compare-baseline.ts'
import { BenchError } from '../errors.ts'
import type { RunReport, Verdict } from '../report.ts'
import type { ServingBenchContext } from './types.ts'

/**
 * Compares a run with its accepted baseline, with the habits of snapshots: a missing one is written (never in CI), `-u`
 * replaces it, and otherwise it is only read.
 */
export function judgeBaseline(
  report: RunReport,
  benchFile: string,
  update: ServingBenchContext['updateBaselines'],
): Verdict[] {
  const path = baselinePath(benchFile, report.case)
  const baseline = update === 'all' ? null : readBaseline(path)
  if (baseline !== null) return compareWithBaseline(report, baseline)
  if (update === 'none') {
    throw new BenchError(`${report.case} has no baseline at ${path}.`, {
      code: 'bad-baseline',
      remedy: 'Run `vitest bench -u` where its numbers may count, look at them, and commit the file.',
    })
  }
  if (report.metrics.completed === 0) {
    throw new BenchError(`${report.case} completed no request, so it cannot become a baseline.`, {
      code: 'no-data',
      remedy: 'Repair the run first.',
    })
  }
  const invalid = report.verdicts.find(({ kind, verdict }) => kind === 'validity' && verdict === 'invalid')
  if (invalid !== undefined) {
    throw new BenchError(`${report.case} is invalid, so it cannot become a baseline. ${invalid.message}`, {
      code: 'bad-baseline',
      remedy: 'Run it again.',
    })
  }
  const { completed, failed } = report.metrics
  const accepted = failed === 0 ? '' : `, and accepts that ${failed} of ${completed + failed} requests failed`
  writeBaseline(path, [report])
  return [
    {
      kind: 'baseline',
      objective: 'baseline',
      verdict: 'pass',
      observed: null,
      limit: null,
      message: `written: this run is the baseline from now on${accepted} (${path})`,
    },
  ]
}

/** `bench/__baselines__/<case>.json`; characters that file systems dislike become dashes. */
function baselinePath(benchFile: string, caseName: string): string {
  const file = caseName.replace(/[^\p{L}\p{N}._ -]+/gu, '-').replace(/\s+/g, '_')
  return join(dirname(benchFile), '__baselines__', `${basename(benchFile).replace(/\.[cm]?[jt]sx?$/, '')}.${file}.json`)
}
