import { checkTokens, type Lengths, synthetic } from './synthetic.ts'
import type { Dataset } from './workload.ts'

/** Random words, every prompt and every answer of the same length. Throws BenchError `bad-dataset` on a bad length. */
export function fixedLengths({ promptTokens, outputTokens }: Lengths): Dataset {
  checkTokens('promptTokens', promptTokens)
  checkTokens('outputTokens', outputTokens)
  return synthetic(`fixed lengths (${promptTokens} in, ${outputTokens} out)`, () => ({ promptTokens, outputTokens }))
}
