import { BenchError } from '../base/errors.ts'
import { checkNames } from '../base/options.ts'
import { normal, type Random } from '../base/random.ts'
import type { Tokens } from '../base/units.ts'
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
export function lognormalLengths(options: LognormalLengthsOptions): Dataset {
  checkNames(options, ['promptTokens', 'outputTokens'], {
    of: 'lognormalLengths()',
    code: 'bad-dataset',
    example: EXAMPLE,
  })
  const { promptTokens, outputTokens } = options
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

const EXAMPLE =
  'lognormalLengths({ promptTokens: { median: 300, sigma: 0.8 }, outputTokens: { median: 150, sigma: 0.6, max: 800 } })'

function checkLaw(name: string, law: LognormalLaw): void {
  const of = `the option ${name} of lognormalLengths()`
  checkNames(law, ['median', 'sigma', 'max'], { of, code: 'bad-dataset', example: EXAMPLE })
  const { median, sigma, max } = law
  checkTokens(`${name}.median`, median)
  if (max !== undefined) checkTokens(`${name}.max`, max)
  // Beyond 3, one draw in a thousand is ten thousand times the median: a slip, such as a sigma in tokens.
  if (sigma >= 0 && sigma <= 3) return
  throw new BenchError(`${name}.sigma is ${sigma}.`, {
    code: 'bad-dataset',
    remedy: 'Give the standard deviation of the logarithm, from 0 to 3; 1 is already wide.',
  })
}
