import { poisson, study, type LoadOptions } from '../src/index.ts'

/** Requests a second of the published study. */
export const STUDY_RATES = [1, 2, 5, 8]

/**
 * The load of the published study: ShareGPT lengths (a reconstruction), Poisson arrivals at exactly the study's times,
 * 100 prompts at 1 request/s, 200 at 2, and 1000 at 5 and 8.
 */
export function studyLoad({ requestRate }: { requestRate: number }): Omit<LoadOptions, 'requestRate'> {
  return {
    dataset: study(),
    arrival: poisson({ compat: 'vllm-0.4.1' }),
    numPrompts: requestRate >= 5 ? 1000 : requestRate * 100,
  }
}
