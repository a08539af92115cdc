import type { Random } from '../base/random.ts'
import type { GenerationCall } from './dialects/dialect.ts'

/** Which token ends the answer by itself: a constant chance per token from `minTokens` on, inverted. */
export function drawStop({ minTokens, maxTokens }: GenerationCall, hazard: number, random: Random): number {
  const uniform = random.next()
  if (minTokens >= maxTokens || hazard === 0) return Infinity
  return minTokens + Math.max(1, Math.ceil(Math.log(1 - uniform) / Math.log(1 - hazard)))
}
