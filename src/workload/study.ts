import { BenchError } from '../base/errors.ts'
import { takesNoOptions } from '../base/options.ts'
import { STUDY_OUTPUT_TOKENS, STUDY_PROMPT_TOKENS } from './study-workload.ts'
import { synthetic } from './synthetic.ts'
import type { Dataset } from './workload.ts'

/**
 * The first `count` of the thousand requests that stand for those of the published study of May 2024: reconstructed
 * lengths, random words. The seed chooses the words only.
 *
 * Throws BenchError `bad-dataset` when asked for more than a thousand.
 */
export function study(...none: []): Dataset {
  takesNoOptions(none, { of: 'study()', code: 'bad-dataset' })
  const { sample, ...facts } = synthetic('study (reconstructed lengths)', (_random, index) => ({
    promptTokens: STUDY_PROMPT_TOKENS[index]!,
    outputTokens: STUDY_OUTPUT_TOKENS[index]!,
  }))
  return {
    ...facts,
    async sample(options) {
      if (options.count > STUDY_PROMPT_TOKENS.length) {
        throw new BenchError(`The study has ${STUDY_PROMPT_TOKENS.length} requests, not ${options.count}.`, {
          code: 'bad-dataset',
          remedy: 'Ask for fewer, or use studyLengths() for any number from the same law.',
        })
      }
      return sample(options)
    },
  }
}
