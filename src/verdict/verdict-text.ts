/** What a verdict says in text; report.json has it beside the numbers, for people. */
export interface VerdictText {
  /** `ttft.p99 <= 400 ms`: what was asked, unique within its kind and case. */
  readonly objective: string
  /** Null when there was nothing to observe. */
  readonly observed: number | null
  readonly limit: number | null
  /** One line with the facts first; what explains them may follow in further lines. */
  readonly message: string
}
