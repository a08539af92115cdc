import type { Ms, Tokens } from '../base/units.ts'

/** One prompt with the length of answer to ask for. */
export interface PromptRequest {
  readonly prompt: string
  readonly promptTokens: Tokens
  /** How many output tokens the request asks for (and, with a fixed-length recipe, gets). */
  readonly outputTokens: Tokens
  /**
   * The prompt is random words joined by blanks, a token each, that mean nothing: its nonce takes the place of the first
   * ones. Default false: the nonce is put in front of the prompt.
   */
  readonly isFiller?: boolean
}

/** A source of prompts: pure for a seed, except that it may read the file it names. */
export interface Dataset {
  /** What a reader should see in a report: `sharegpt (sample.json)`, `lognormal lengths`, ... */
  readonly label: string
  /** What counts its prompt tokens: a tokenizer (`cl100k_base`), or `words`, a token each. Default: nothing is known of it. */
  readonly countedBy?: string
  /** Draws requests. Throws BenchError `bad-dataset` with the file, line or row at fault. */
  sample(options: SampleOptions): Promise<PromptRequest[]>
}

export interface SampleOptions {
  /** How many requests to draw. */
  readonly count: number
  /** It differs between request rates, trials and warm-up, so that their prompts do; it is the same for every target. */
  readonly seed: number
  /**
   * The seed of the trial as the load states it, whatever the rate: for what must be alike at all rates, or in the sample
   * of another tool. Default: `seed`.
   */
  readonly trialSeed?: number
}

/** All that is sent in one run and when: the stimulus. The same for every framework. */
export interface Workload {
  readonly requests: readonly PromptRequest[]
  /** When each is due, ms after the first request's due time, ascending. */
  readonly offsets: readonly Ms[]
  readonly seed: number
  /** So many at the head fill the server's batch and are not measured, nor in the digest. Default 0. */
  readonly fill?: number
  /** SHA-256, hex: what it covers stands in digest.ts. Equal digests mean an equal stimulus but for the words of nonces. */
  readonly digest: string
}
