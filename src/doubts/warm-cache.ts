import type { LoadFacts, RunReport, Warning } from '../report.ts'
import { percent } from '../metrics/percent.ts'

/** So much of the prompts may be found in a prefix cache by chance, and by what a server puts in front of all of them. */
const MOST_CACHED = 0.05

/** A cache that nobody asked for: prompts had a nonce, and were found there all the same. */
export function warmCache({ nonceTokens }: LoadFacts, cachedShare: number | null): Warning[] {
  if (nonceTokens === 0 || cachedShare === null || cachedShare <= MOST_CACHED) return []
  const message =
    `${percent(cachedShare)} of the prompt tokens came from the server's prefix cache, though no prompt was sent before: ` +
    'somebody else asks this server too, or something puts the same text in front of every prompt. ' +
    'Give the server to this bench alone, or set `reusePrompts: true` to measure a warm cache.'
  return [{ code: 'warm-cache', message }]
}

/** The doubt of a run whose cache was warm; undefined for any other. */
export function warmCacheOf({ validity }: Pick<RunReport, 'validity'>): Warning | undefined {
  return validity.warnings.find(({ code }) => code === 'warm-cache')
}
