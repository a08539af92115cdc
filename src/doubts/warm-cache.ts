import { percent } from '../metrics/percent.ts'
import type { TrialDoubt, TrialFacts } from './trial-facts.ts'

/** So much of the prompts may be found in a prefix cache by chance, and by what a server puts in front of all of them. */
const MOST_CACHED = 0.05

/** A cache that nobody asked for: prompts had a nonce, and were found there all the same. */
export function warmCache({ load, validity }: Pick<TrialFacts, 'load' | 'validity'>): TrialDoubt[] {
  const share = validity.cachedPromptShare
  if (load.nonceTokens === 0 || share === null || share <= MOST_CACHED) return []
  const message =
    `${percent(share)} of the prompt tokens came from the server's prefix cache, though no prompt was sent before: ` +
    'somebody else asks this server too, or something puts the same text in front of every prompt. ' +
    'Give the server to this bench alone, or set `reusePrompts: true` to measure a warm cache.'
  return [{ code: 'warm-cache', message }]
}
