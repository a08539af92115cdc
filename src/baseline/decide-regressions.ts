import {
  checkCases,
  checkDecision,
  checkFresh,
  checkMargins,
  type CheckedCase,
  type RegressionOptions,
} from './check-decision.ts'
import type { GateResult, GateWord } from './gate-result.ts'
import { estimateFailures, type FailureEstimate } from './failed-requests.ts'
import { detectableChange, estimateGate, pairsToSettle, TOO_NOISY, type GateEstimate } from './gate-estimate.ts'
import { LATENCY_GATES, pairStatistic, type LatencyGate } from './gate-statistics.ts'
import { holm } from './holm.ts'
import { buildMessage, caseLabel, gateMessage, isBurst } from './regression-messages.ts'
import { checkPairs, type LatencyGateName, type RegressionCase, type StoredBaseline, type TrialPairs } from './trial.ts'

export interface BuildVerdict {
  /** `fail` when any gate failed; `inconclusive`, which is no failure, when any is; `pass` when all pass. */
  readonly verdict: GateWord
  readonly gates: readonly GateResult[]
  /** One line for the whole build. */
  readonly message: string
}

/** Of a fixed speed change: simulated queues at 60 to 80 % of the capacity. */
const SESSION_SD: { readonly [G in LatencyGateName]: number } = {
  'TTFT typical': 0.013,
  'TTFT tail': 0.02,
  'TPOT typical': 0.014,
  'TPOT tail': 0.014,
  'E2E typical': 0.014,
  throughput: 0.01,
}

const SUSPECT_P = 0.1
export const FALSE_FAIL_CHANCE = 0.05
const LOOKS = 2

/**
 * Decides which gates of which cases of one build got worse, in up to three stages.
 *
 *     1  the pairs given (three a case): a gate is suspect when p < 0.10 and est > ln(1 + margin)/2;
 *        else it passes when high < ln(1 + margin), and is inconclusive when not
 *     2  fresh pairs for the cases with a suspect, the first ones are not used again: a suspect fails when Holm's
 *        procedure over all suspects of the build rejects it at 2.5 %, half of 5 %, and est > ln(1 + margin), and low > ln 1.25
 *        where noise hides changes of 25 %; passes when high < ln(1 + margin)
 *     3  as many again for those still open, judged together with those of stage 2 alike; what is open then is
 *        inconclusive
 *
 * What fails is decided on pairs that did not choose the suspects, so the chance of any false failure in a build is at most
 * 5 % whatever the number of gates. Cases are confirmed one after the other, in their order.
 *
 * Requests that failed are a gate of their own in cases where any did. Improvements pass, and their messages say so.
 * BenchError `no-data` and `not-comparable` where the trials cannot show anything (`checkPairs`), also for two cases of
 * the same id, no case at all, and a confirmation that hands over trials it has handed over before.
 */
export async function decideRegressions(
  cases: readonly RegressionCase[],
  options: RegressionOptions,
): Promise<BuildVerdict> {
  checkDecision(cases, options)
  const gates = firstLook(cases, options)
  const seen = new Map(cases.map(({ id, baseline, candidate }) => [id, { baseline, candidate }]))
  const fresh = new Map<string, TrialPairs>()
  for (const stage of [2, 3] as const) {
    const open = gates.filter((gate) => gate.verdict === 'suspect')
    for (const id of new Set(open.map((gate) => gate.case.id))) {
      const delivered = await options.confirm(id, stage)
      if (delivered === null) continue
      checkFresh(id, stage, delivered, seen.get(id))
      seen.set(id, delivered)
      const before = fresh.get(id) ?? { baseline: [], candidate: [] }
      fresh.set(id, {
        baseline: [...before.baseline, ...delivered.baseline],
        candidate: [...before.candidate, ...delivered.candidate],
      })
    }
    freshLook(
      open.filter((gate) => fresh.has(gate.case.id)),
      fresh,
      options,
    )
  }
  const results = gates.map(resultOf)
  const verdicts = results.map(({ verdict }) => verdict)
  const verdict = verdicts.includes('fail') ? 'fail' : verdicts.includes('inconclusive') ? 'inconclusive' : 'pass'
  return { verdict, gates: results, message: buildMessage(verdicts, options.falseFailChance ?? FALSE_FAIL_CHANCE) }
}

/** One gate of one case on its way through the stages. */
interface GateState {
  readonly case: RegressionCase
  /** Null for failed requests. */
  readonly latency: LatencyGate | null
  readonly margin: number
  /** The margin on the scale of the estimate. */
  readonly limit: number
  verdict: GateWord | 'suspect'
  estimate: GateEstimate | FailureEstimate
  holm: GateResult['holm']
}

function firstLook(cases: readonly RegressionCase[], { margins, storedBaseline }: RegressionOptions): GateState[] {
  const checked = checkCases(cases)
  const marginOf = checkMargins(margins)
  return checked.flatMap((member) => {
    const failures = estimateFailures(member.pairs)
    const failing = failures.baselineFailed + failures.candidateFailed > 0
    const gates = LATENCY_GATES.filter(({ burstOnly }) => !burstOnly || isBurst(member.case.requestRate))
    return [...gates, ...(failing ? [null] : [])].map((latency): GateState => {
      const margin = marginOf(latency)
      const limit = latency === null ? margin : Math.log1p(margin)
      const estimate =
        latency === null
          ? failures
          : estimateCase(latency, member, checked, sessionSd(latency, member.case.storedBaseline ?? storedBaseline))
      const suspect = estimate.p < SUSPECT_P && estimate.estimate > limit / 2
      const verdict = suspect ? 'suspect' : estimate.high < limit ? 'pass' : 'inconclusive'
      return { case: member.case, latency, margin, limit, verdict, estimate, holm: null }
    })
  })
}

/** Judges the open suspects on the fresh pairs so far. */
function freshLook(
  open: readonly GateState[],
  fresh: ReadonlyMap<string, TrialPairs>,
  options: RegressionOptions,
): void {
  const cases = [...new Set(open.map((gate) => gate.case))]
  const checked = cases.map((suspect): CheckedCase => {
    const pairs = fresh.get(suspect.id) ?? { baseline: [], candidate: [] }
    return { case: suspect, pairs: checkPairs(caseLabel(suspect), pairs) }
  })
  for (const gate of open) {
    const member = checked.find((one) => one.case === gate.case)
    if (member === undefined) continue
    const { latency } = gate
    gate.estimate =
      latency === null
        ? estimateFailures(member.pairs)
        : estimateCase(latency, member, checked, sessionSd(latency, storedThroughout(member.case, options)))
  }
  const results = holm(
    open.map(({ estimate }) => estimate.p),
    (options.falseFailChance ?? FALSE_FAIL_CHANCE) / LOOKS,
  )
  for (const [i, gate] of open.entries()) {
    const { rejected, adjusted } = results[i] ?? { rejected: false, adjusted: 1 }
    gate.holm = { adjusted, suspects: open.length }
    if (rejected && gate.estimate.estimate > gate.limit && isClear(gate.estimate)) gate.verdict = 'fail'
    else if (gate.estimate.high < gate.limit) gate.verdict = 'pass'
  }
}

/** Where noise hides a change of 25 %, only a still larger one is beyond doubt: tails of a queue near its capacity. */
function isClear(estimate: GateEstimate | FailureEstimate): boolean {
  return !('se' in estimate) || detectableChange(estimate) <= TOO_NOISY || estimate.low > TOO_NOISY
}

/** With the noise of all cases at the same rate, one a framework. */
function estimateCase(
  gate: LatencyGate,
  member: CheckedCase,
  all: readonly CheckedCase[],
  sessionSd: number,
): GateEstimate {
  const statistics = ({ pairs }: CheckedCase): number[] => pairs.map(([b, c]) => pairStatistic(gate, b, c))
  const group = all.filter((other) => sameRate(other.case.requestRate, member.case.requestRate))
  return estimateGate(statistics(member), group.map(statistics), sessionSd)
}

function storedThroughout(one: RegressionCase, options: RegressionOptions): StoredBaseline | undefined {
  const stored = one.storedBaseline ?? options.storedBaseline
  return stored?.stages === 'always' ? stored : undefined
}

function sameRate(a: number | null, b: number | null): boolean {
  return a === b || (isBurst(a) && isBurst(b))
}

function sessionSd({ name }: LatencyGate, stored: StoredBaseline | undefined): number {
  return stored === undefined ? 0 : (stored.sessionSd?.[name] ?? SESSION_SD[name])
}

function resultOf({
  case: judged,
  latency,
  margin,
  verdict: reached,
  estimate,
  holm: corrected,
}: GateState): GateResult {
  const verdict = reached === 'suspect' ? 'inconclusive' : reached
  const unconfirmed = reached === 'suspect' && corrected === null
  const isOfFailures = 'requests' in estimate
  const result = {
    case: judged.id,
    gate: latency?.name ?? 'failed requests',
    verdict,
    margin,
    estimate: estimate.estimate,
    low: estimate.low,
    high: estimate.high,
    p: estimate.p,
    pairs: estimate.pairs,
    fresh: corrected !== null,
    unconfirmed,
    holm: corrected,
    failures: isOfFailures ? failuresOf(estimate) : null,
    noise: isOfFailures || verdict !== 'inconclusive' || unconfirmed ? null : noiseOf(estimate, Math.log1p(margin)),
  } as const
  return { ...result, message: gateMessage(judged, result) }
}

function failuresOf({ candidateFailed, baselineFailed, requests }: FailureEstimate): GateResult['failures'] {
  return { candidate: candidateFailed, baseline: baselineFailed, requests }
}

/** `limit` is the margin as a logarithm. */
function noiseOf(estimate: GateEstimate, limit: number): GateResult['noise'] {
  const hidden = detectableChange(estimate)
  const detectable = Math.expm1(hidden)
  if (hidden > TOO_NOISY) return { detectable, says: 'too-noisy', pairsToSettle: null }
  // More pairs tell an estimate beside the limit from it, but how many depends on how far beside it really is.
  if (hidden <= limit) return { detectable, says: 'too-near', pairsToSettle: null }
  const needed = pairsToSettle(estimate, limit)
  return { detectable, says: 'more-pairs', pairsToSettle: needed === Infinity ? null : needed }
}
