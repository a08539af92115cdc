import { BenchError } from '../errors.ts'
import { normal, type Random } from '../random.ts'
import type { Tokens } from '../units.ts'
import { checkTokens, synthetic } from './synthetic.ts'
import type { Dataset } from './workload.ts'

export interface LognormalLaw {
  readonly median: Tokens
  /** Standard deviation of the logarithm; 0 makes every length the median. */
  readonly sigma: number
  /** Longer draws are cut to this. None means no limit. */
  readonly max?: Tokens
}

export interface LognormalLengthsOptions {
  readonly promptTokens: LognormalLaw
  readonly outputTokens: LognormalLaw
}

/**
 * Random words; lengths lognormal, independent, rounded, and at least 1. Throws BenchError `bad-dataset` on a bad law.
 */
export function lognormalLengths({ promptTokens, outputTokens }: LognormalLengthsOptions): Dataset {
  checkLaw('promptTokens', promptTokens)
  checkLaw('outputTokens', outputTokens)
  return synthetic(`lognormal lengths (${inWords(promptTokens)} in, ${inWords(outputTokens)} out)`, (random) => ({
    promptTokens: draw(random, promptTokens),
    outputTokens: draw(random, outputTokens),
  }))
}

function draw(random: Random, { median, sigma, max = Infinity }: LognormalLaw): Tokens {
  return Math.min(max, Math.max(1, Math.round(median * Math.exp(sigma * normal(random)))))
}

function inWords({ median, sigma, max }: LognormalLaw): string {
  return `median ${median} sigma ${sigma}${max === undefined ? '' : ` max ${max}`}`
}

function checkLaw(name: string, { median, sigma, max }: LognormalLaw): void {
  checkTokens(`${name}.median`, median)
  if (max !== undefined) checkTokens(`${name}.max`, max)
  // Beyond 3, one draw in a thousand is ten thousand times the median: a slip, such as a sigma in tokens.
  if (sigma >= 0 && sigma <= 3) return
  throw new BenchError(`${name}.sigma is ${sigma}.`, {
    code: 'bad-dataset',
    remedy: 'Give the standard deviation of the logarithm, from 0 to 3; 1 is already wide.',
  })
}
