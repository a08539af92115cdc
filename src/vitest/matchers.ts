import { inject, type MatchersObject, type MatcherState } from 'vitest'
import { WAITING_VERDICT } from '../baseline/gate-verdict.ts'
import { BenchError } from '../base/errors.ts'
import { invalidities, obstaclesToComparison } from '../metrics/invalidities.ts'
import { poolTrials } from '../metrics/pool-trials.ts'
import { saturation } from '../metrics/saturation.ts'
import { takesNoOptions } from '../base/options.ts'
import { withTtftExplained } from '../slo/explain-ttft.ts'
import { formatVerdicts } from '../slo/format-verdicts.ts'
import { judgeSlo, shortSampleWarnings } from '../slo/judge-slo.ts'
import { judgeStimulus, type StimulusLimits } from '../slo/judge-stimulus.ts'
import type { Verdict } from '../report.ts'
import type { Slo } from '../slo/slo.ts'
import { doubtClient } from '../case/doubt-client.ts'
import { gateCase } from './gated-cases.ts'
import { queueOf } from '../case/growing-queue.ts'
import { highestStableRate, noteJudged, provenanceOf, recordVerdicts, recordWarnings } from './ledger.ts'
import { recordsOfTrials } from '../case/records-of-trials.ts'
import { resolveSlo } from '../case/resolve-case.ts'
import { refuseRetry } from './refuse-retry.ts'
import type { ServingRun } from '../case/serving-run.ts'
import { settings } from './settings.ts'
import { underPolicy } from './under-policy.ts'

/** Synchronous, so that no forgotten `await` can turn one green. Each writes its verdicts into the report first. */
export const matchers = {
  toMeetSlo(this: MatcherState, received: unknown, slo: Slo) {
    refuseNot(this, 'toMeetSlo')
    const run = servingRun(received, 'toMeetSlo')
    const asked = resolveSlo(slo, ...settings())
    refuseRetry(provenanceOf(run)?.retry, `The SLO of ${run.report.case}`)
    doubtClient(run.reports, asked)
    const evidence = { metrics: run, trials: run.reports, growingQueue: growingQueue(run) }
    recordWarnings(run, shortSampleWarnings(evidence, asked))
    return judged(run, underPolicy(judgeSlo(evidence, asked), asked.inconclusive))
  },

  toMatchBaseline(this: MatcherState, received: unknown, ...given: unknown[]) {
    refuseNot(this, 'toMatchBaseline')
    takesNoOptions(given, { of: 'toMatchBaseline()', code: 'bad-baseline' })
    const run = servingRun(received, 'toMatchBaseline')
    const provenance = provenanceOf(run)
    refuseRetry(provenance?.retry, `The baseline of ${run.report.case}`)
    if (provenance === undefined) {
      throw new BenchError('This run was not made by `load` in a bench file, so there is no place for its baseline.', {
        code: 'bad-baseline',
        remedy: 'Pass what `load` or `describeServing` gave you, as it is.',
      })
    }
    const obstacles = obstaclesToComparison(run.reports)
    const verdict: Verdict =
      obstacles.length === 0
        ? gateCase(run, provenance, inject('servingBench'))
        : { ...WAITING_VERDICT, verdict: 'invalid', message: `not compared: ${obstacles.join(' ')}` }
    return judged(run, [verdict])
  },

  toBeSaturated(this: MatcherState, received: unknown, ...given: unknown[]) {
    takesNoOptions(given, { of: 'toBeSaturated()', code: 'bad-slo' })
    const run = servingRun(received, 'toBeSaturated')
    const found = recordsOfTrials(run).map(saturation)
    const wanted = this.isNot ? 'no' : 'yes'
    const contrary = found.find(({ saturated }) => saturated !== wanted)
    return {
      // A trial that is too short to tell satisfies neither the assertion nor its opposite.
      pass: (contrary === undefined) !== this.isNot,
      message: () =>
        `${run.report.case} is expected ${this.isNot ? 'not ' : ''}to be saturated. ${contrary?.message ?? ''}`,
    }
  },

  toFollowItsSchedule(this: MatcherState, received: unknown, limits?: StimulusLimits) {
    refuseNot(this, 'toFollowItsSchedule')
    const run = servingRun(received, 'toFollowItsSchedule')
    return judged(run, judgeStimulus(run.reports, limits))
  },
} satisfies MatchersObject

function growingQueue(run: ServingRun): string | null {
  const { state, growth } = queueOf(run)
  if (state !== 'growing') return null
  const stable = highestStableRate(run)
  const known = stable === null ? '' : `; stable at ${stable} req/s`
  return `${(growth * 100).toFixed(1)} % of the arrivals pile up${known}`
}

/** The opposite of an objective would also hold for a dead server. */
function refuseNot({ isNot }: MatcherState, matcher: string): void {
  if (!isNot) return
  throw new BenchError(`expect(run).not.${matcher}() would pass on a server that answers nothing.`, {
    code: 'bad-slo',
    remedy: 'Assert what must hold instead: toBeSaturated(), or a bound on run.ttft, run.tpot and the like.',
  })
}

/**
 * Writes the verdicts into the report, then lets the assertion fail if one of them does. A run that is invalid fails every
 * assertion, and none of its objectives passes or fails: there is nothing to judge.
 */
function judged(run: ServingRun, found: readonly Verdict[]): { pass: boolean; message: () => string } {
  const invalid = invalidities(run.reports)
  const objectives =
    invalid.length === 0
      ? withTtftExplained(run.reports, found)
      : found.map((verdict) => ({ ...verdict, verdict: 'invalid' as const }))
  recordVerdicts(run, objectives)
  const verdicts = [...invalid, ...objectives]
  const message = formatVerdicts({ ...poolTrials(run.reports), metrics: run }, verdicts)
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
