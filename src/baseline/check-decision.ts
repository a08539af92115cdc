import { BenchError } from '../base/errors.ts'
import { checkNames, namesOf } from '../base/options.ts'
import type { GateName } from './gate-result.ts'
import { FAILURE_MARGIN } from './failed-requests.ts'
import { LATENCY_GATES, type LatencyGate } from './gate-statistics.ts'
import { caseLabel } from './regression-messages.ts'
import { checkPairs, type RegressionCase, type StoredBaseline, type Trial, type TrialPairs } from './trial.ts'

/**
 * Runs fresh pairs of a case, with new seeds and both sides interleaved: five, each time it is asked. Null when there are
 * none to be had: the suspects of the case then stay inconclusive.
 */
export type Confirm = (id: string, stage: 2 | 3) => TrialPairs | null | Promise<TrialPairs | null>

export interface RegressionOptions {
  readonly confirm: Confirm
  /** By which share a gate may be worse, where not the default: { 'TTFT tail': 0.2 } is 20 %. */
  readonly margins?: { readonly [G in GateName]?: number }
  /** Chance of any false failure among all these cases, 0.05 unless told: a build that is decided in parts divides it. */
  readonly falseFailChance?: number
  /** Of every case that does not say it itself. Absent when both sides ran interleaved in every stage. */
  readonly storedBaseline?: StoredBaseline
}

const NAMES = namesOf<RegressionOptions>({ confirm: true, margins: true, falseFailChance: true, storedBaseline: true })
const OWNER = {
  of: 'decideRegressions()',
  code: 'bad-options',
  example: 'decideRegressions(cases, { confirm: () => null })',
} as const

/** BenchError `bad-options` for arguments that are none, and for a name that is no option. */
export function checkDecision(cases: unknown, options: RegressionOptions): void {
  checkNames(options, NAMES, OWNER)
  if (!Array.isArray(cases) || typeof options.confirm !== 'function') {
    throw new BenchError('decideRegressions() takes an array of cases, and a function `confirm` in its options.', {
      code: OWNER.code,
      remedy: `Write for instance ${OWNER.example}.`,
    })
  }
  if (options.storedBaseline === undefined) return
  const of = 'the option storedBaseline of decideRegressions()'
  checkNames(options.storedBaseline, ['stages', 'sessionSd'], { ...OWNER, of })
}

/** A case with its pairs, once they are known to be comparable. */
export interface CheckedCase {
  readonly case: RegressionCase
  readonly pairs: readonly (readonly [Trial, Trial])[]
}

/** BenchError `no-data` without a case, `not-comparable` for two of one id, and as `checkPairs` for the pairs of each. */
export function checkCases(cases: readonly RegressionCase[]): CheckedCase[] {
  if (cases.length === 0) {
    throw new BenchError('There is no case to compare.', {
      code: 'no-data',
      remedy: 'Nothing compared is nothing passed: check the filter that left no case.',
    })
  }
  const twice = cases.find(({ id }, i) => cases.findIndex((other) => other.id === id) !== i)
  if (twice !== undefined) {
    throw new BenchError(`Two cases have the id "${twice.id}".`, {
      code: 'not-comparable',
      remedy: 'Give each framework at each request rate an id of its own.',
    })
  }
  return cases.map((one) => ({ case: one, pairs: checkPairs(caseLabel(one), one) }))
}

/**
 * The margin of each gate: that of the options, or its own. BenchError `bad-baseline` for a margin of something that is no
 * gate, and for one that is no share above 0.
 */
export function checkMargins(margins: RegressionOptions['margins'] = {}): (gate: LatencyGate | null) => number {
  const example = "margins: { 'TTFT tail': 0.2 }"
  const known: readonly string[] = [...LATENCY_GATES.map(({ name }) => name), 'failed requests' satisfies GateName]
  checkNames(margins, known, { of: 'the option margins', code: 'bad-baseline', example })
  for (const [name, margin] of Object.entries(margins)) {
    if (margin > 0 && margin < Infinity) continue
    throw new BenchError(`The margin of "${name}" is ${margin}.`, {
      code: 'bad-baseline',
      remedy: `State a share above 0, 0.05 for 5 %, of one of: ${known.join(', ')}.`,
    })
  }
  return (gate) => margins[gate?.name ?? 'failed requests'] ?? gate?.margin ?? FAILURE_MARGIN
}

/** BenchError `not-comparable` for a confirmation by the trials of the stage before: what chose the suspects cannot judge them. */
export function checkFresh(id: string, stage: number, delivered: TrialPairs, before: TrialPairs | undefined): void {
  const known = new Set(before?.candidate.map(fingerprint))
  if (delivered.candidate.length === 0 || !delivered.candidate.every((trial) => known.has(fingerprint(trial)))) return
  throw new BenchError(`The confirmation of "${id}" (stage ${stage}) delivered the trials of the stage before.`, {
    code: 'not-comparable',
    remedy: 'Run fresh pairs with new seeds: what raised a suspicion cannot confirm it.',
  })
}

function fingerprint({ seed, ttft, e2eLatency }: Trial): string {
  return `${seed}:${ttft.join()}:${e2eLatency.join()}`
}
