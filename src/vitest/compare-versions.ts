import { describe, inject } from 'vitest'
import {
  checkMargins,
  decideRegressions,
  type GateResult,
  type RegressionOptions,
} from '../baseline/decide-regressions.ts'
import { gateVerdict } from '../baseline/gate-verdict.ts'
import { pairTrials, recordedTrial, type RecordedTrial } from '../baseline/recorded-trial.ts'
import { FIRST_PAIR, STAGE_PAIRS } from '../baseline/stage-pairs.ts'
import type { RegressionCase, TrialPairs } from '../baseline/trial.ts'
import { BenchError } from '../errors.ts'
import { targetLabel, type Target } from '../frameworks/target.ts'
import { obstaclesToComparison } from '../metrics/invalidities.ts'
import type { PerSecond } from '../units.ts'
import { atCallSite, captureCallSite } from './call-site.ts'
import { checkComparison, checkPartOfLoad } from './check-options.ts'
import { targetFromEnvironment } from './environment.ts'
import { noteJudged, noteProbe, recordVerdicts } from './ledger.ts'
import { test, type Load } from './load-fixture.ts'
import { rateTitle } from './rate-title.ts'
import type { LoadOptions } from './run-case.ts'
import { releaseServerAfterAll } from './servers.ts'
import { shareOfChance } from './share-of-chance.ts'
import type { ServingMeta, ServingRun } from './types.ts'
import { underPolicy } from './under-policy.ts'

type PairLoad = Omit<LoadOptions, 'requestRate' | 'slo' | 'trial' | 'trials'>

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
type Stage = keyof typeof STAGE_PAIRS

/**
 * A bench case that asks whether one version is slower than another when both can be run now: no baseline is stored.
 *
 * Trials of both are interleaved, A B B A, with the same seeds on both sides, so that what drifts falls on both alike and two
 * launches in turn restart half as often. Three pairs at every rate; where a gate looks worse, five fresh pairs, and five
 * more while that is open (`decideRegressions`). It fails with one line for each gate that got worse.
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
        await compare(load, options, (task.meta.serving ??= {}))
      } catch (error) {
        throw atCallSite(error, frames)
      }
    })
  })
}

/** A server compared with itself would pass, whatever the candidate is like. */
function refuseOneServer({ baseline, candidate }: ComparisonOptions): void {
  const [before, after] = [baseline, candidate].map((target) => targetFromEnvironment(target, process.env).endpoint)
  if (before?.kind !== 'url' || after?.kind !== 'url' || before.url !== after.url) return
  throw new BenchError('Baseline and candidate are the same server.', {
    code: 'bad-target',
    remedy: 'Give each its own `url` in code: a variable such as VLLM_URL sends both to one.',
  })
}

async function compare(load: Load, options: ComparisonOptions, meta: ServingMeta): Promise<void> {
  const sides = createSides(load, options)
  const first = await measure(sides, options.requestRates, 1)
  const cases = options.requestRates.map((requestRate, i): RegressionCase => ({
    id: String(requestRate),
    framework: options.candidate.framework,
    requestRate,
    ...first[i]!,
  }))
  const { gates } = await decideRegressions(cases, {
    confirm: async (id, stage) => (await measure(sides, [Number(id)], stage))[0] ?? null,
    margins: { ...inject('servingBench').margins, ...options.margins },
    falseFailChance: shareOfChance(meta),
  })
  judge(sides, gates)
}

interface Sides {
  send(side: 'baseline' | 'candidate', requestRate: PerSecond, trial: number): Promise<RecordedTrial>
  /** The candidate's first run at a rate, in which its verdicts stand. */
  firstRun(requestRate: PerSecond): ServingRun
}

function createSides(load: Load, { baseline, candidate, load: chosen }: ComparisonOptions): Sides {
  const targets = { baseline, candidate }
  const firstRuns = new Map<PerSecond, ServingRun>()
  return {
    async send(side, requestRate, trial) {
      const options = typeof chosen === 'function' ? chosen(requestRate) : (chosen ?? { numPrompts: DEFAULT_PROMPTS })
      checkPartOfLoad(options, 'compareVersions', ['requestRate', 'slo', 'trial', 'trials'])
      const name = `${side}, ${rateTitle(requestRate)}`
      const run = await load({ target: targets[side], requestRate, ...options, name, trial })
      noteProbe(run)
      if (side === 'candidate' && !firstRuns.has(requestRate)) firstRuns.set(requestRate, run)
      refuseInvalid(run)
      return recordedTrial(run.report)
    },
    firstRun(requestRate) {
      const run = firstRuns.get(requestRate)
      if (run === undefined) throw new RangeError(`No candidate ran at ${requestRate} req/s.`)
      return run
    },
  }
}

function refuseInvalid({ report }: ServingRun): void {
  const [obstacle] = obstaclesToComparison([report])
  if (obstacle === undefined) return
  throw new BenchError(`The versions cannot be compared: ${report.case} is invalid. ${obstacle}`, {
    code: 'not-comparable',
    remedy: 'Remove what made it invalid, and run it again.',
  })
}

/** The pairs of a stage, one entry a rate. Whoever went first in one pair goes second in the next. */
async function measure(sides: Sides, requestRates: readonly PerSecond[], stage: Stage): Promise<TrialPairs[]> {
  const measured = requestRates.map(() => ({ baseline: [] as RecordedTrial[], candidate: [] as RecordedTrial[] }))
  const from = FIRST_PAIR[stage]
  for (let trial = from; trial < from + STAGE_PAIRS[stage]; trial++) {
    const order = trial % 2 === 0 ? (['baseline', 'candidate'] as const) : (['candidate', 'baseline'] as const)
    for (const side of order) {
      for (const [i, requestRate] of requestRates.entries()) {
        measured[i]![side].push(await sides.send(side, requestRate, trial))
      }
    }
  }
  return measured.map(({ baseline, candidate }) => pairTrials(baseline, candidate))
}

/** Writes each gate into the report, then fails if one did. */
function judge(sides: Sides, gates: readonly GateResult[]): void {
  const byRate = Map.groupBy(gates, (gate) => Number(gate.case))
  const broken = [...byRate].flatMap(([requestRate, decided]) => {
    const run = sides.firstRun(requestRate)
    const judged = underPolicy(decided.map(gateVerdict))
    recordVerdicts(run, judged)
    return judged.filter(({ verdict }) => verdict === 'fail').map(({ message }) => ({ run, requestRate, message }))
  })
  if (broken.length === 0) return
  const lines = broken.map(({ requestRate, message }) => `${rateTitle(requestRate)}: ${message}`)
  const error = new BenchError(`The candidate got worse.\n${lines.join('\n')}\n`, {
    code: 'regressed',
    remedy: 'See both sides in the table; a wider margin is set with `margins`.',
  })
  for (const { run } of broken) noteJudged(run, error.message)
  throw error
}
