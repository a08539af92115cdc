import { describe, inject } from 'vitest'
import { checkMargins } from '../baseline/check-decision.ts'
import { decideRegressions, type GateResult, type RegressionOptions } from '../baseline/decide-regressions.ts'
import { gateVerdict } from '../baseline/gate-verdict.ts'
import { recordedTrial, type RecordedTrial } from '../baseline/recorded-trial.ts'
import type { RegressionCase } from '../baseline/trial.ts'
import { BenchError } from '../base/errors.ts'
import { targetLabel, type Target } from '../frameworks/target.ts'
import { invalidities, obstaclesToComparison } from '../metrics/invalidities.ts'
import type { Verdict } from '../report.ts'
import type { Inconclusive } from '../slo/slo.ts'
import type { PerSecond } from '../base/units.ts'
import { atCallSite, captureCallSite } from './call-site.ts'
import { checkComparison, checkPartOfLoad } from '../case/check-options.ts'
import { interleaveTrials, type SideTrial } from '../case/interleave-trials.ts'
import { noteJudged, recordVerdicts } from './ledger.ts'
import { test, type Load } from './load-fixture.ts'
import { rateText } from '../base/rate-text.ts'
import type { LoadOptions } from '../case/load-options.ts'
import { resolveInconclusive } from '../case/resolve-case.ts'
import { isOneServer, refuseMerged, resolveTarget } from '../case/resolve-target.ts'
import { releaseServerAfterAll } from './servers.ts'
import { settings } from './settings.ts'
import { shareOfChance } from './share-of-chance.ts'
import type { ServingRun } from '../case/serving-run.ts'
import { underPolicy } from './under-policy.ts'

type PairLoad = Omit<LoadOptions, 'requestRate' | 'trial' | 'trials'>

export interface ComparisonOptions {
  /** The version that is good enough. */
  readonly baseline: Target
  /** The version that must not be slower. */
  readonly candidate: Target
  readonly requestRates: readonly PerSecond[]
  /** Of one trial; default 200 requests. */
  readonly load?: PairLoad | ((requestRate: PerSecond) => PairLoad)
  /** By which share a gate may be worse, where not the default: `{ 'TTFT tail': 0.2 }` is 20 %. */
  readonly margins?: RegressionOptions['margins']
}

const DEFAULT_PROMPTS = 200

/**
 * A bench case that asks whether one version is slower than another when both can be run now: no baseline is stored.
 *
 * Trials of both are interleaved, A B B A, with the same seeds on both sides, so that what drifts falls on both alike and two
 * launches in turn restart half as often. Three pairs at every rate; where a gate looks worse, five fresh pairs, and five
 * more while that is open (`decideRegressions`). It fails with one line for each gate that got worse, and for each rate at which
 * a trial stayed invalid after two repeats: that rate is given up, the others are judged.
 *
 *     compareVersions({ baseline: vllm({ version: '0.6.3', url: a }), candidate: vllm({ version: '0.7.0', url: b }), requestRates: [2, 5] })
 */
export function compareVersions(options: ComparisonOptions): void {
  const frames = captureCallSite(compareVersions)
  checkComparison(options)
  checkMargins(options.margins)
  const { baseline, candidate } = options
  describe(`${targetLabel(candidate)} against ${targetLabel(baseline)}`, () => {
    for (const target of [baseline, candidate]) releaseServerAfterAll(target)
    test('compared', { meta: { serving: { framework: targetLabel(candidate) } } }, async ({ load, task }) => {
      try {
        refuseOneServer(options)
        await compareRates(load, options, {
          margins: { ...inject('servingBench').margins, ...options.margins },
          falseFailChance: shareOfChance((task.meta.serving ??= {})),
          inconclusive: resolveInconclusive(null, ...settings()),
        })
      } catch (error) {
        throw atCallSite(error, frames)
      }
    })
  })
}

/** A server compared with itself would pass, whatever the candidate is like. */
function refuseOneServer({ baseline, candidate }: ComparisonOptions): void {
  const [, variables] = settings()
  const [before, after] = [baseline, candidate].map((given) => ({ given, target: resolveTarget(given, variables) }))
  if (before === undefined || after === undefined || !isOneServer(before.target, after.target)) return
  refuseMerged(before, after, variables)
  throw new BenchError('Baseline and candidate are the same server.', {
    code: 'bad-target',
    remedy: 'Give each its own `url` in code, and set no variable that sends both to one.',
  })
}

interface ComparisonLimits extends Pick<RegressionOptions, 'margins' | 'falseFailChance'> {
  /** What becomes of an inconclusive gate. */
  readonly inconclusive: Inconclusive
}

/** Sends both sides at every rate and decides. Rejects with what got worse and what could not be compared. */
export async function compareRates(
  load: Load,
  options: ComparisonOptions,
  { inconclusive, ...limits }: ComparisonLimits,
): Promise<void> {
  const sides = createSides(load, options)
  const { requestRates } = options
  const first = await interleaveTrials(sides.send, requestRates, 1)
  const cases = requestRates.flatMap((requestRate, i): RegressionCase[] => {
    const pairs = first[i] ?? null
    if (pairs === null) return []
    return [{ id: String(requestRate), framework: options.candidate.framework, requestRate, ...pairs }]
  })
  const decision = {
    confirm: async (id: string, stage: 2 | 3) => (await interleaveTrials(sides.send, [Number(id)], stage))[0] ?? null,
    ...limits,
  }
  const gates = cases.length === 0 ? [] : (await decideRegressions(cases, decision)).gates
  const errors = [...sides.givenUp(), ...gotWorse(sides, gates, inconclusive)]
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} failures`)
}

interface Sides {
  /** Null for a trial that stayed invalid. */
  readonly send: (trial: SideTrial) => Promise<RecordedTrial | null>
  /** The candidate's first run at a rate, in which its verdicts stand. */
  firstRun(requestRate: PerSecond): ServingRun
  /** One error for each rate at which a trial stayed invalid. */
  givenUp(): readonly BenchError[]
}

function createSides(load: Load, { baseline, candidate, load: chosen }: ComparisonOptions): Sides {
  const targets = { baseline, candidate }
  const firstRuns = new Map<PerSecond, ServingRun>()
  const givenUp: BenchError[] = []
  return {
    async send({ side, requestRate, trial, repeats }) {
      const options = typeof chosen === 'function' ? chosen(requestRate) : (chosen ?? { numPrompts: DEFAULT_PROMPTS })
      checkPartOfLoad(options, 'compareVersions', ['requestRate', 'trial', 'trials'])
      const name = `${side}, ${rateText(requestRate)}`
      const run = await load({ target: targets[side], requestRate, ...options, name, trial }, { repeats })
      if (side === 'candidate' && !firstRuns.has(requestRate)) firstRuns.set(requestRate, run)
      const [obstacle] = obstaclesToComparison(run.reports)
      if (obstacle === undefined) return recordedTrial(run.report)
      if (invalidities(run.reports).length === 0) recordVerdicts(run, [notComparedVerdict(obstacle)])
      const error = notCompared(run, obstacle)
      noteJudged(run, error.message)
      givenUp.push(error)
      return null
    },
    firstRun(requestRate) {
      const run = firstRuns.get(requestRate)
      if (run === undefined) throw new RangeError(`No candidate ran at ${requestRate} req/s.`)
      return run
    },
    givenUp: () => givenUp,
  }
}

/** The verdict on a run whose objectives could be judged, but which cannot be compared. */
function notComparedVerdict(obstacle: string): Verdict {
  const verdict = { kind: 'baseline', objective: 'compared', verdict: 'invalid', observed: null, limit: null } as const
  return { ...verdict, message: `not compared: ${obstacle}` }
}

function notCompared({ report }: ServingRun, obstacle: string): BenchError {
  const { requestRate } = report.load
  const at = requestRate === null ? 'all at once' : `at ${requestRate} req/s`
  const what = `The versions cannot be compared ${at}: trial ${report.load.trial} of ${report.case} is invalid.`
  return new BenchError(`${what} ${obstacle}`, {
    code: 'not-comparable',
    remedy: 'Remove what made it invalid, and run it again.',
  })
}

/** Writes each gate into the report; one error for all that got worse, if any did. */
function gotWorse(sides: Sides, gates: readonly GateResult[], policy: Inconclusive): BenchError[] {
  const byRate = Map.groupBy(gates, (gate) => Number(gate.case))
  const broken = [...byRate].flatMap(([requestRate, decided]) => {
    const run = sides.firstRun(requestRate)
    const judged = underPolicy(decided.map(gateVerdict), policy)
    recordVerdicts(run, judged)
    return judged.filter(({ verdict }) => verdict === 'fail').map(({ message }) => ({ run, requestRate, message }))
  })
  if (broken.length === 0) return []
  const lines = broken.map(({ requestRate, message }) => `${rateText(requestRate)}: ${message}`)
  const error = new BenchError(`The candidate got worse.\n${lines.join('\n')}\n`, {
    code: 'regressed',
    remedy: 'See both sides in the table; a wider margin is set with `margins`.',
  })
  for (const { run } of broken) noteJudged(run, error.message)
  return [error]
}
