import type { MatchersObject } from 'vitest'
import { inject } from 'vitest'
import { BenchError } from '../errors.ts'
import { isSaturated } from '../metrics/saturation.ts'
import { formatVerdicts } from '../slo/format-verdicts.ts'
import { judgeSlo } from '../slo/judge-slo.ts'
import type { Verdict } from '../report.ts'
import type { Slo } from '../slo/slo.ts'
import { judgeBaseline } from './baseline-store.ts'
import { sloFromEnvironment } from './environment.ts'
import { noteJudged, provenanceOf, recordVerdicts } from './ledger.ts'
import type { ServingRun } from './types.ts'

/** Synchronous, so that no forgotten `await` can turn one green. Each writes its verdicts into the report first. */
export const matchers = {
  toMeetSlo(received: unknown, slo: Slo) {
    const run = servingRun(received, 'toMeetSlo')
    return judged(run, judgeSlo(run.report, sloFromEnvironment(slo, process.env) ?? slo))
  },

  toMatchBaseline(received: unknown) {
    const run = servingRun(received, 'toMatchBaseline')
    const provenance = provenanceOf(run)
    if (provenance === undefined) {
      throw new BenchError('This run was not made by `load` in a bench file, so there is no place for its baseline.', {
        code: 'bad-baseline',
        remedy: 'Pass what `load` or `describeServing` gave you, as it is.',
      })
    }
    return judged(run, judgeBaseline(run.report, provenance.file, inject('servingBench').updateBaselines))
  },

  toBeSaturated(received: unknown) {
    const run = servingRun(received, 'toBeSaturated')
    const { saturated, message } = isSaturated(run.records)
    return {
      pass: saturated === 'yes',
      message: () => `${run.report.case}: expected the queue ${saturated === 'yes' ? 'not ' : ''}to grow all through the run. ${message}`,
    }
  },
} satisfies MatchersObject

/** Writes the verdicts into the report, then lets the assertion fail if one of them does. */
function judged(run: ServingRun, verdicts: readonly Verdict[]): { pass: boolean; message: () => string } {
  recordVerdicts(run, verdicts)
  const message = formatVerdicts(run.report, verdicts)
  const pass = verdicts.every(({ verdict }) => verdict === 'pass' || verdict === 'inconclusive')
  if (!pass) noteJudged(run, message)
  return { pass, message: () => message }
}

function servingRun(received: unknown, matcher: string): ServingRun {
  if (typeof received === 'object' && received !== null && 'report' in received && 'records' in received) {
    return received as ServingRun
  }
  throw new TypeError(`expect(...).${matcher} judges a load run: pass what \`load\` or \`describeServing\` gave you.`)
}
