import { BenchError } from '../base/errors.ts'
import { createRandom, type Random } from '../base/random.ts'
import type { Tokens } from '../base/units.ts'
import { LONGEST_TOKENS, tokenBudget } from './token-budget.ts'
import type { Dataset, PromptRequest } from './workload.ts'
import { promptOfTokens } from './words.ts'

/** What is random about a synthetic request; its words are only there to fill the prompt. */
export type Lengths = Pick<PromptRequest, 'promptTokens' | 'outputTokens'>

/**
 * A dataset of random words with the lengths that `draw` gives to request `index`.
 *
 * Lengths and words come from streams of their own and requests are drawn in order, so a shorter sample is the
 * beginning of a longer one. The lengths are those of the trial at every rate, so that only the rate differs between
 * rates; the words are others.
 */
export function synthetic(label: string, draw: (random: Random, index: number) => Lengths): Dataset {
  return {
    label,
    countedBy: 'words',
    async sample({ count, seed, trialSeed = seed }) {
      const random = createRandom(trialSeed, 'lengths')
      const lengths = Array.from({ length: count }, (_, index) => draw(random, index))
      lengths.forEach(tokenBudget(`A sample of ${count} requests of ${label}`))
      const words = createRandom(seed, 'words')
      return lengths.map(({ promptTokens, outputTokens }) => ({
        prompt: promptOfTokens(words, promptTokens),
        promptTokens,
        outputTokens,
        isFiller: true,
      }))
    },
  }
}

/** Throws BenchError `bad-dataset` unless `tokens` is a positive integer, at most ten million. `name` is the option's. */
export function checkTokens(name: string, tokens: Tokens): void {
  if (Number.isSafeInteger(tokens) && tokens > 0 && tokens <= LONGEST_TOKENS) return
  throw new BenchError(`${name} is ${tokens}.`, {
    code: 'bad-dataset',
    remedy: `Give a positive integer of tokens, at most ${LONGEST_TOKENS}: no model's context is longer.`,
  })
}
