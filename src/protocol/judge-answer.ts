import type { FailureKind, Outcome } from '../record.ts'
import { checkFields, namesOf } from '../base/options.ts'
import { shorten } from './error-text.ts'
import type { DecodedStream } from './protocol.ts'
import type { ProtocolId } from './protocols.ts'

/** How the transport saw the body end: as HTTP wants it, by a lost connection, or not at all (given up after silence). */
export type TransportEnd = 'clean' | 'cut' | 'stall'

export interface AnswerFacts {
  readonly protocol: ProtocolId
  readonly httpStatus: number
  readonly state: DecodedStream
  /** `StreamDecoder.isComplete()` after `end()`. */
  readonly complete: boolean
  readonly transportEnd: TransportEnd
}

const NAMES = namesOf<AnswerFacts>({
  protocol: true,
  httpStatus: true,
  state: true,
  complete: true,
  transportEnd: true,
})
const OWNER = {
  of: 'judgeAnswer()',
  code: 'bad-options',
  example: "judgeAnswer({ protocol, httpStatus: 200, state, complete: true, transportEnd: 'clean' })",
} as const

const MAX_MESSAGE_CHARACTERS = 300

/** Finish reasons by which a server says that it gave up: SGLang and lmdeploy abort, mlc-llm preempts. */
const FAILED_FINISHES: readonly string[] = ['error', 'abort', 'preempt']

/**
 * Says whether an answer counts as completed.
 *
 * HTTP 200 and `[DONE]` prove nothing: servers send both with errors, with empty answers and before they die. An answer
 * counts when it reports no error, ended cleanly with its finish reason, and something was generated. A single EOS token
 * is visible nowhere but in the server's own count, and counts. An answer that stopped at once, and of which the server says so
 * (0 completion tokens), was read as it was meant: a load run, which measures nothing by it, calls it `emptyAnswer`.
 */
export function judgeAnswer(facts: AnswerFacts): Outcome {
  checkFields(facts, NAMES, OWNER)
  const { protocol, httpStatus, state, complete, transportEnd } = facts
  const { error, finishReason } = state
  if (httpStatus !== 200) return failed('http-status', `HTTP ${httpStatus}${error === null ? '' : `: ${error}`}`)
  if (error !== null) return failed('in-band-error', error)
  if (finishReason !== null && FAILED_FINISHES.includes(finishReason)) {
    return failed('in-band-error', `the server finished with "${finishReason}"`)
  }
  const seen = `after ${state.outputEvents} event${state.outputEvents === 1 ? '' : 's'} with output`
  if (transportEnd === 'cut') return failed('truncated', `the connection was lost ${seen}`)
  if (transportEnd === 'stall') return failed('idle-timeout', `no more bytes came ${seen}`)
  if (state.outputEvents === 0 && state.completionTokens === null) {
    return emptyAnswer(state)
  }
  if (!complete) return failed('truncated', `the ${protocol} answer ended without a finish reason ${seen}`)
  return { status: 'completed' }
}

/** The failure of an answer in which nothing was generated. */
export function emptyAnswer({ finishReason }: Pick<DecodedStream, 'finishReason'>): Outcome {
  const finished = finishReason === null ? '' : `, finished "${finishReason}"`
  return failed('empty', `the answer ended without output${finished}`)
}

function failed(kind: FailureKind, message: string): Outcome {
  return { status: 'failed', kind, message: shorten(message, MAX_MESSAGE_CHARACTERS) }
}
