import type { Ms, Tokens } from '../units.ts'

/** One prompt with the length of answer to ask for. */
export interface PromptRequest {
  readonly prompt: string
  readonly promptTokens: Tokens
  /** How many output tokens the request asks for (and, with a fixed-length recipe, gets). */
  readonly outputTokens: Tokens
}

/** A source of prompts: pure for a seed, except that it may read the file it names. */
export interface Dataset {
  /** What a reader should see in a report: `sharegpt (sample.json)`, `lognormal lengths`, ... */
  readonly label: string
  /** Draws `count` requests. Throws BenchError `bad-dataset` with the file, line or row at fault. */
  sample(options: { readonly count: number; readonly seed: number }): Promise<PromptRequest[]>
}

/** All that is sent in one run and when: the stimulus. The same for every framework. */
export interface Workload {
  readonly requests: readonly PromptRequest[]
  /** When each is due, ms after the first request's due time, ascending. */
  readonly offsets: readonly Ms[]
  readonly seed: number
  /** SHA-256 over prompts, lengths and offsets, hex. Equal digests mean an equal stimulus. */
  readonly digest: string
}
