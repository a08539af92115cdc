import { plainText } from './plain-text.ts'

/**
 * What can go wrong, as a closed set. A caller may switch on the code; a person reads the message and the remedy.
 */
export type BenchErrorCode =
  | 'bad-dataset'
  | 'bad-tokenizer'
  | 'bad-load'
  | 'bad-slo'
  | 'bad-baseline'
  | 'bad-report'
  | 'bad-target'
  | 'bad-profile'
  | 'bad-command'
  | 'bad-variable'
  | 'bad-options'
  | 'no-data'
  | 'not-comparable'
  | 'not-met'
  | 'regressed'
  | 'gate-broken'
  | 'no-capacity'
  | 'server-unreachable'
  | 'server-refused'
  | 'model-not-found'
  | 'launch-failed'
  | 'server-died'
  | 'host-busy'
  | 'overlapping-load'
  | 'aborted'

export interface BenchErrorOptions {
  readonly code: BenchErrorCode
  /** One sentence that tells the reader what to do about it. */
  readonly remedy: string
  /** Lines that stand below both, in the message only. */
  readonly details?: string
  readonly cause?: unknown
}

/**
 * An error for people: `message` says what happened and to what, `remedy` what to do; both are printed. Words of a server
 * may stand in it, so escape sequences and controls are taken out.
 */
export class BenchError extends Error {
  override readonly name = 'BenchError'
  readonly code: BenchErrorCode
  readonly remedy: string

  constructor(what: string, { code, remedy, details, cause }: BenchErrorOptions) {
    const below = details === undefined ? '' : `\n\n${details}\n`
    super(plainText(`${what} ${remedy}${below}`), cause === undefined ? {} : { cause })
    this.code = code
    this.remedy = remedy
  }
}

/** Throws what was found: the error itself where it is the only one, all of them as one where there are several. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} failures`)
}
