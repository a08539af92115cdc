import { checkNames } from '../base/options.ts'
import { checkTokens, type Lengths, synthetic } from './synthetic.ts'
import type { Dataset } from './workload.ts'

/** Random words, every prompt and every answer of the same length. Throws BenchError `bad-dataset` on a bad length. */
export function fixedLengths(lengths: Lengths): Dataset {
  const example = 'fixedLengths({ promptTokens: 512, outputTokens: 128 })'
  checkNames(lengths, ['promptTokens', 'outputTokens'], { of: 'fixedLengths()', code: 'bad-dataset', example })
  const { promptTokens, outputTokens } = lengths
  checkTokens('promptTokens', promptTokens)
  checkTokens('outputTokens', outputTokens)
  return synthetic(`fixed lengths (${promptTokens} in, ${outputTokens} out)`, () => ({ promptTokens, outputTokens }))
}
