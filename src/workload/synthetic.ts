import { BenchError } from '../errors.ts'
import { createRandom, type Random } from '../random.ts'
import type { Tokens } from '../units.ts'
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
    async sample({ count, seed, trialSeed = seed }) {
      const lengths = createRandom(trialSeed, 'lengths')
      const words = createRandom(seed, 'words')
      return Array.from({ length: count }, (_, index) => {
        const { promptTokens, outputTokens } = draw(lengths, index)
        return { prompt: promptOfTokens(words, promptTokens), promptTokens, outputTokens, isFiller: true }
      })
    },
  }
}

/** Throws BenchError `bad-dataset` unless `tokens` is a positive integer. `name` is the option's. */
export function checkTokens(name: string, tokens: Tokens): void {
  if (Number.isSafeInteger(tokens) && tokens > 0) return
  throw new BenchError(`${name} is ${tokens}.`, { code: 'bad-dataset', remedy: 'Give a positive integer of tokens.' })
}
