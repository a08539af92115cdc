import { BenchError } from '../base/errors.ts'
import { checkNames, show } from '../base/options.ts'
import type { Random } from '../base/random.ts'
import type { Tokens } from '../base/units.ts'
import { checkTokens, synthetic } from './synthetic.ts'
import type { Dataset } from './workload.ts'

/** Least and greatest length, both included. */
export type TokenRange = readonly [least: Tokens, greatest: Tokens]

export interface UniformLengthsOptions {
  readonly promptTokens: TokenRange
  readonly outputTokens: TokenRange
}

/** Random words; lengths uniform and independent. Throws BenchError `bad-dataset` on a range that is empty. */
export function uniformLengths(options: UniformLengthsOptions): Dataset {
  const example = 'uniformLengths({ promptTokens: [100, 200], outputTokens: [50, 100] })'
  checkNames(options, ['promptTokens', 'outputTokens'], { of: 'uniformLengths()', code: 'bad-dataset', example })
  const { promptTokens, outputTokens } = options
  checkRange('promptTokens', promptTokens)
  checkRange('outputTokens', outputTokens)
  const label = `uniform lengths (${promptTokens.join(' to ')} in, ${outputTokens.join(' to ')} out)`
  return synthetic(label, (random) => ({
    promptTokens: within(random, promptTokens),
    outputTokens: within(random, outputTokens),
  }))
}

function within(random: Random, [least, greatest]: TokenRange): Tokens {
  return least + Math.floor(random.next() * (greatest - least + 1))
}

function checkRange(name: string, range: TokenRange): void {
  if (!Array.isArray(range) || range.length !== 2) {
    throw new BenchError(`${name} is ${show(range)}.`, { code: 'bad-dataset', remedy: 'Give two lengths: [100, 200].' })
  }
  const [least, greatest] = range
  checkTokens(`${name}[0]`, least)
  checkTokens(`${name}[1]`, greatest)
  if (least <= greatest) return
  throw new BenchError(`${name} is [${least}, ${greatest}].`, {
    code: 'bad-dataset',
    remedy: 'Give the smaller length first.',
  })
}
