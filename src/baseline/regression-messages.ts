import { atRate } from '../base/rate-text.ts'
import { plain } from '../verdict/regression-words.ts'
import { inWords } from '../verdict/words.ts'
import type { GateResult, GateWord } from './gate-result.ts'
import { gateVerdict } from './gate-verdict.ts'
import type { RegressionCase } from './trial.ts'

/** `vllm @ 8 req/s`, `vllm, all at once`. */
export function caseLabel({ framework, requestRate }: Pick<RegressionCase, 'framework' | 'requestRate'>): string {
  return atRate(framework, requestRate)
}

export function isBurst(requestRate: number | null): boolean {
  return requestRate === null || requestRate === Infinity
}

/** `FAIL          sglang @ 8 req/s  TTFT typical +11.8% (90% CI +8.3% to +15.4%, 5 fresh pairs, ...): slower, limit 5%`. */
export function gateMessage(judged: RegressionCase, result: Omit<GateResult, 'message'>): string {
  const facts = inWords(gateVerdict(result)).message
  return `${result.verdict.toUpperCase().padEnd(WORD_WIDTH)}${caseLabel(judged)}  ${facts}`
}

/** `build         96 gates: 71 pass, 24 inconclusive, 1 FAIL. Chance of any false FAIL in this build: at most 5%`. */
export function buildMessage(verdicts: readonly GateWord[], falseFailChance: number): string {
  const count = (wanted: GateWord): number => verdicts.filter((verdict) => verdict === wanted).length
  const counts = `${count('pass')} pass, ${count('inconclusive')} inconclusive, ${count('fail')} FAIL`
  return `${'build'.padEnd(WORD_WIDTH)}${verdicts.length} gates: ${counts}. Chance of any false FAIL in this build: at most ${plain(falseFailChance)}`
}

const WORD_WIDTH = 14
