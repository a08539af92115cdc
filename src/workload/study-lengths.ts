import { takesNoOptions } from '../base/options.ts'
import { normal, type Random } from '../base/random.ts'
import { normalUpperTail } from '../stats/normal.ts'
import type { Tokens } from '../base/units.ts'
import { type Lengths, synthetic } from './synthetic.ts'
import type { Dataset } from './workload.ts'

/**
 * Random words with lengths like those of the published study of May 2024 (ShareGPT through Llama 3's tokenizer, after
 * the filters of vLLM 0.4.1): the joint law that was fitted to its tables, together with the engine model. Any number
 * of requests; `study` has the thousand that stand for the study's own.
 */
export function studyLengths(...none: []): Dataset {
  takesNoOptions(none, { of: 'studyLengths()', code: 'bad-dataset' })
  return synthetic('study lengths', drawStudyLengths)
}

/**
 * One draw of the law: two-part mixtures on both sides, tied by a Gaussian copula, prompts within 4..1024 tokens and
 * answers within 4..2048 - prompt.
 */
export function drawStudyLengths(random: Random): Lengths {
  const z = normal(random)
  const tied = COPULA_RHO * z + Math.sqrt(1 - COPULA_RHO ** 2) * normal(random)
  const promptTokens = truncatedQuantile(promptCdf, normalUpperTail(-z), MIN_TOKENS, MAX_PROMPT_TOKENS)
  const outputTokens = truncatedQuantile(outputCdf, normalUpperTail(-tied), MIN_TOKENS, MAX_TOTAL_TOKENS - promptTokens)
  return { promptTokens, outputTokens }
}

const MIN_TOKENS = 4
const MAX_PROMPT_TOKENS = 1024
const MAX_TOTAL_TOKENS = 2048
const COPULA_RHO = -0.45

/** Short questions, and long ones that carry their context. */
function promptCdf(tokens: number): number {
  return 0.413 * lognormalCdf(tokens, 14.9, 0.83) + 0.587 * lognormalCdf(tokens, 323, 0.76)
}

/** Short replies, and essays. */
function outputCdf(tokens: number): number {
  return 0.38 * lognormalCdf(tokens, 12.5, 0.42) + 0.62 * weibullCdf(tokens, 1.92, 363)
}

function lognormalCdf(x: number, median: number, sigma: number): number {
  return normalUpperTail(-Math.log(x / median) / sigma)
}

function weibullCdf(x: number, shape: number, scale: number): number {
  return 1 - Math.exp(-((x / scale) ** shape))
}

/** Where the law restricted to [low, high] has `share` below it, by bisection, in whole tokens. */
function truncatedQuantile(cdf: (tokens: number) => number, share: number, low: number, high: number): Tokens {
  const wanted = cdf(low) + share * (cdf(high) - cdf(low))
  let [below, above] = [low, high]
  while (above - below > 0.01) {
    const middle = (below + above) / 2
    if (cdf(middle) < wanted) below = middle
    else above = middle
  }
  return Math.round(below)
}
