import type { BaselineVerdict, RegressionVerdict } from '../verdict/verdict.ts'
import type { GateResult } from './gate-result.ts'
import type { Trial } from './trial.ts'

/** A decided gate as a verdict of the report; `versionChange` is `vllm 0.4.1 -> 0.5.0` where the other side is of another version. */
export function gateVerdict(gate: Omit<GateResult, 'message'>, versionChange: string | null = null): RegressionVerdict {
  const { verdict, margin, pairs, fresh, unconfirmed, holm, failures, noise } = gate
  const share = failures === null ? Math.expm1 : (difference: number): number => difference
  return {
    kind: 'regression',
    verdict,
    overruled: null,
    gate: gate.gate,
    margin,
    estimate: share(gate.estimate),
    low: share(gate.low),
    high: share(gate.high),
    pairs,
    fresh,
    unconfirmed,
    holm,
    failures,
    noise,
    versionChange,
  }
}

/** What a case says whose trials became the baseline in `file`: failed requests among them are accepted with them. */
export function acceptedVerdict(trials: readonly Trial[], file: string): BaselineVerdict {
  const times = trials.flatMap(({ e2eLatency }) => e2eLatency)
  const failed = times.filter(Number.isNaN).length
  const state = { is: 'accepted', trials: trials.length, file, failed, requests: times.length } as const
  return { kind: 'baseline', verdict: 'pass', overruled: null, state }
}
