import type { RegressionVerdict } from '../verdict/verdict.ts'
import type { LatencyGateName } from './trial.ts'

export type GateName = LatencyGateName | 'failed requests'
export type GateWord = 'pass' | 'fail' | 'inconclusive'

export interface GateResult {
  /** The id of the case. */
  readonly case: string
  readonly gate: GateName
  readonly verdict: GateWord
  /** By which share it may be worse; of `failed requests` a share of the requests. */
  readonly margin: number
  /** Logarithm of candidate/baseline, + is worse; of `failed requests` a difference of shares. */
  readonly estimate: number
  /** One-sided 95 % bounds. */
  readonly low: number
  readonly high: number
  /** One-sided, of the pairs that decided, not corrected for the number of gates. */
  readonly p: number
  /** Those that decided. */
  readonly pairs: number
  /** They were run to confirm a suspicion. */
  readonly fresh: boolean
  /** A suspect for which there were no fresh pairs. */
  readonly unconfirmed: boolean
  /** Null for a gate that was never a suspect on fresh pairs. */
  readonly holm: RegressionVerdict['holm']
  /** Of `failed requests`: how many failed; null for the others. */
  readonly failures: RegressionVerdict['failures']
  /** Why noise leaves the gate open; null where it does not. */
  readonly noise: RegressionVerdict['noise']
  /** One line. */
  readonly message: string
}
