import { inject, type MatchersObject, type MatcherState } from 'vitest'
import { obstaclesToComparison } from '../baseline/obstacles-to-comparison.ts'
import { BenchError } from '../base/errors.ts'
import { takesNoOptions } from '../base/options.ts'
import { isGreen, judgeAlso, judgeObjectives } from '../case/judge.ts'
import { resolveSlo } from '../case/resolve-case.ts'
import { recordsOfTrials, type ServingRun } from '../case/serving-run.ts'
import { saturation } from '../doubts/saturation.ts'
import { judgeStimulus, type StimulusLimits } from '../slo/judge-stimulus.ts'
import type { Slo } from '../slo/slo.ts'
import { formatVerdicts } from '../case/failed-assertion.ts'
import { notCompared } from '../verdict/make.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { benchFile, type TestOrigin } from './bench-file.ts'
import { refuseRetry } from './refuse-retry.ts'
import { settings } from './settings.ts'
import { TOLD_BY_VERDICTS } from './told-failure.ts'

/** Synchronous, so that no forgotten `await` can turn one green. Each writes its verdicts into the report first. */
export const matchers = {
  toMeetSlo(this: MatcherState, received: unknown, slo: Slo) {
    refuseNot(this, 'toMeetSlo')
    const run = servingRun(received, 'toMeetSlo')
    const asked = resolveSlo(slo, ...settings())
    refuseRetry(benchFile().origins.get(run)?.retry, `The SLO of ${run.report.case}`)
    const rules = { inconclusive: asked.inconclusive, stableRate: benchFile().stableRates.highest(run) }
    return asserted(run, judgeObjectives(run, asked, rules))
  },

  toMatchBaseline(this: MatcherState, received: unknown, ...given: unknown[]) {
    refuseNot(this, 'toMatchBaseline')
    takesNoOptions(given, { of: 'toMatchBaseline()', code: 'bad-baseline' })
    const run = servingRun(received, 'toMatchBaseline')
    const origin = benchFile().origins.get(run)
    refuseRetry(origin?.retry, `The baseline of ${run.report.case}`)
    if (origin === undefined) {
      throw new BenchError('This run was not made by `load` in a bench file, so there is no place for its baseline.', {
        code: 'bad-baseline',
        remedy: 'Pass what `load` or `describeServing` gave you, as it is.',
      })
    }
    const obstacles = obstaclesToComparison(run.report)
    if (obstacles.length > 0) return asserted(run, judgeAlso(run, [notCompared(obstacles.join(' '))]))
    return waits(run, origin)
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

  toKeepSchedule(this: MatcherState, received: unknown, limits?: StimulusLimits) {
    refuseNot(this, 'toKeepSchedule')
    const run = servingRun(received, 'toKeepSchedule')
    return asserted(run, judgeAlso(run, judgeStimulus(run.report, limits)))
  },
} satisfies MatchersObject

/** The opposite of an objective would also hold for a dead server. */
function refuseNot({ isNot }: MatcherState, matcher: string): void {
  if (!isNot) return
  throw new BenchError(`expect(run).not.${matcher}() would pass on a server that answers nothing.`, {
    code: 'bad-slo',
    remedy: 'Assert what must hold instead: toBeSaturated(), or a bound on run.ttft, run.tpot and the like.',
  })
}

/** The assertion fails if one of the verdicts that it rests on does; they stand in the report. */
function asserted({ report }: ServingRun, verdicts: readonly Verdict[]): Asserted {
  return { pass: isGreen(verdicts), message: () => formatVerdicts(report, verdicts), meta: TOLD_BY_VERDICTS }
}

interface Asserted {
  readonly pass: boolean
  readonly message: () => string
  readonly meta: typeof TOLD_BY_VERDICTS
}

/** The end of the file decides: until then the assertion holds. */
function waits(run: ServingRun, origin: TestOrigin): Asserted {
  benchFile().gates.enter(run, origin, inject('servingBench'))
  const { meta } = origin
  meta.waiting = [...new Set([...(meta.waiting ?? []), run.report.case])]
  return asserted(run, [])
}

function servingRun(received: unknown, matcher: string): ServingRun {
  if (typeof received === 'object' && received !== null && 'report' in received && 'records' in received) {
    return received as ServingRun
  }
  throw new TypeError(`expect(...).${matcher} judges a load run: pass what \`load\` or \`describeServing\` gave you.`)
}
