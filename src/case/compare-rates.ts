import type { RegressionOptions } from '../baseline/check-decision.ts'
import { decideRegressions } from '../baseline/decide-regressions.ts'
import type { GateResult } from '../baseline/gate-result.ts'
import { gateVerdict } from '../baseline/gate-verdict.ts'
import { obstaclesToComparison } from '../baseline/obstacles-to-comparison.ts'
import { recordedTrial, type RecordedTrial } from '../baseline/recorded-trial.ts'
import type { RegressionCase } from '../baseline/trial.ts'
import { BenchError, throwAll } from '../base/errors.ts'
import type { PerSecond } from '../base/units.ts'
import type { Target } from '../frameworks/target.ts'
import type { Inconclusive } from '../slo/slo.ts'
import { invalidities } from '../verdict/invalidities.ts'
import { notCompared } from '../verdict/make.ts'
import { inWords } from '../verdict/words.ts'
import { checkPartOfLoad } from './check-options.ts'
import { interleaveTrials, type Side, type SideTrial } from './interleave-trials.ts'
import { addVerdicts, underPolicy } from './judge.ts'
import type { LoadOptions } from './load-options.ts'
import type { SendLook } from './look.ts'
import { rateText } from '../base/rate-text.ts'
import type { ServingRun } from './serving-run.ts'
import { isOneServer, refuseMerged, resolveTarget } from './resolve-target.ts'
import { toldByVerdict } from './told-by-verdict.ts'
import type { Variables } from './variables.ts'

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

/** BenchError `bad-target` for a server compared with itself: it would pass, whatever the candidate is like. */
export function refuseOneServer({ baseline, candidate }: ComparisonOptions, variables: Variables): void {
  const before = { given: baseline, target: resolveTarget(baseline, variables) }
  const after = { given: candidate, target: resolveTarget(candidate, variables) }
  if (!isOneServer(before.target, after.target)) return
  refuseMerged(before, after, variables)
  throw new BenchError('Baseline and candidate are the same server.', {
    code: 'bad-target',
    remedy: 'Give each its own `url` in code, and set no variable that sends both to one.',
  })
}

const DEFAULT_PROMPTS = 200

interface ComparisonLimits extends Pick<RegressionOptions, 'margins' | 'falseFailChance'> {
  /** What an inconclusive gate becomes. */
  readonly inconclusive: Inconclusive
}

/**
 * Sends both sides at every rate and decides. Each side at each rate is a case, with its trials. Rejects with what got worse and
 * what could not be compared.
 */
export async function compareRates(
  send: SendLook,
  options: ComparisonOptions,
  { inconclusive, ...limits }: ComparisonLimits,
): Promise<void> {
  const sides = createSides(send, options)
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
  throwAll([...sides.givenUp(), ...gotWorse(sides, gates, inconclusive)])
}

interface Sides {
  /** Null for a trial that stayed invalid. */
  readonly send: (trial: SideTrial) => Promise<RecordedTrial | null>
  /** All trials of the candidate at a rate: its verdicts stand there. */
  candidateAt(requestRate: PerSecond): ServingRun
  /** One error for each rate at which a trial stayed invalid. */
  givenUp(): readonly BenchError[]
}

function createSides(send: SendLook, { baseline, candidate, load: chosen }: ComparisonOptions): Sides {
  const targets = { baseline, candidate }
  const runs: { readonly [S in Side]: Map<PerSecond, ServingRun> } = { baseline: new Map(), candidate: new Map() }
  const givenUp: BenchError[] = []
  return {
    async send({ side, requestRate, trial, repeats }) {
      const options = typeof chosen === 'function' ? chosen(requestRate) : (chosen ?? { numPrompts: DEFAULT_PROMPTS })
      checkPartOfLoad(options, 'compareVersions', ['requestRate', 'trial', 'trials'])
      const name = `${side}, ${rateText(requestRate)}`
      const before = runs[side].get(requestRate) ?? null
      const run = await send({ target: targets[side], requestRate, ...options, name, trial }, { before, repeats })
      runs[side].set(requestRate, run)
      const [obstacle] = obstaclesToComparison(run.report)
      const last = run.report.trials.at(-1)
      if (last === undefined) throw new RangeError('A run has at least one trial.')
      if (obstacle === undefined) return recordedTrial(last)
      if (invalidities(run.report).length === 0) addVerdicts(run.report, [notCompared(obstacle)])
      givenUp.push(cannotBeCompared(run, obstacle))
      return null
    },
    candidateAt(requestRate) {
      const run = runs.candidate.get(requestRate)
      if (run === undefined) throw new RangeError(`No candidate ran at ${requestRate} req/s.`)
      return run
    },
    givenUp: () => givenUp,
  }
}

function cannotBeCompared({ report }: ServingRun, obstacle: string): BenchError {
  const { requestRate } = report.load
  const at = requestRate === null ? 'all at once' : `at ${requestRate} req/s`
  const what = `The versions cannot be compared ${at}: trial ${report.trials.at(-1)?.trial} of ${report.case} is invalid.`
  return toldByVerdict(
    new BenchError(`${what} ${obstacle}`, {
      code: 'not-comparable',
      remedy: 'Remove what made it invalid, and run it again.',
    }),
  )
}

/** Writes each gate into the report; one error for all that got worse, if any did. */
function gotWorse(sides: Sides, gates: readonly GateResult[], inconclusive: Inconclusive): BenchError[] {
  const byRate = Map.groupBy(gates, (gate) => Number(gate.case))
  const lines = [...byRate].flatMap(([requestRate, decided]) => {
    const judged = underPolicy(
      decided.map((gate) => gateVerdict(gate)),
      inconclusive,
    )
    addVerdicts(sides.candidateAt(requestRate).report, judged)
    return judged
      .filter(({ verdict }) => verdict === 'fail')
      .map((verdict) => `${rateText(requestRate)}: ${inWords(verdict).message}`)
  })
  if (lines.length === 0) return []
  return [
    toldByVerdict(
      new BenchError(`The candidate got worse.\n${lines.join('\n')}\n`, {
        code: 'regressed',
        remedy: 'See both sides in the table; a wider margin is set with `margins`.',
      }),
    ),
  ]
}
