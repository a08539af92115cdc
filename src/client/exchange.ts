import type { CancelTimer, Clock } from '../clock.ts'
import { createDecoder, judgeAnswer } from '../protocol/index.ts'
import type { ProtocolId, StreamDecoder } from '../protocol/protocol.ts'
import type { FailureKind, Outcome, RequestRecord, TokenSource } from '../record.ts'
import type { Ms, Tokens } from '../units.ts'
import { countOutputTokens } from './output-tokens.ts'
import { createStamps } from './stamps.ts'
import type { Timeouts } from './timeouts.ts'
import type { Transport, WireRequest } from './transport.ts'

export interface ExchangeOptions {
  readonly clock: Clock
  readonly transport: Transport
  readonly request: WireRequest
  readonly protocol: ProtocolId
  /** Instead of a new one for `protocol`, for instance one that keeps the text. */
  readonly decoder?: StreamDecoder
  readonly index: number
  readonly dueAt: Ms
  readonly promptTokens: Tokens
  readonly requestedOutputTokens: Tokens
  /** The request asks for exactly `requestedOutputTokens`. */
  readonly fixedLength: boolean
  /** An answer of another length than was asked for fails, where its length is known and not estimated. */
  readonly failOtherLengths?: boolean
  readonly timeouts: Timeouts
  /** Counts the tokens of an answer whose number nobody told. */
  readonly retokenise?: ((text: string) => Tokens) | undefined
  /** Called once, maybe before `startExchange` has returned. */
  onDone(record: RequestRecord): void
}

/** Ends the request now, as `aborted`, with what was measured so far; nothing if it has ended already. */
export interface Exchange {
  abort(): void
}

/**
 * Sends one request now and stamps what comes back, until it ends in a record.
 *
 * Events that arrived in one read of the socket share a stamp: they became visible together.
 */
export function startExchange(options: ExchangeOptions): Exchange {
  const { clock, transport, timeouts, protocol, index, dueAt, promptTokens, requestedOutputTokens } = options
  let decoder = options.decoder ?? createDecoder(protocol, { keepText: options.retokenise !== undefined })
  const stamps = createStamps(requestedOutputTokens)
  const startedAt = clock.now()

  let status: number | null = null
  let sentAt: Ms | null = null
  let headAt: Ms | null = null
  let firstByteAt: Ms | null = null
  let lastByteAt: Ms = startedAt
  let firstEventAt: Ms | null = null
  let firstOutputAt: Ms | null = null
  let firstAnswerAt: Ms | null = null
  let stamped = 0
  let isOver = false
  let sending: { abort(): void } | null = null
  let cancelTimer: CancelTimer | null = null

  const stampNews = (now: Ms): void => {
    const { events, outputEvents, answerEvents } = decoder.state
    if (events > 0) firstEventAt ??= now
    if (outputEvents > 0) firstOutputAt ??= now
    if (answerEvents > 0) firstAnswerAt ??= now
    for (; stamped < outputEvents; stamped++) stamps.push(now)
  }

  const finish = (outcome: Outcome, endedAt: Ms): void => {
    isOver = true
    cancelTimer?.()
    const { state } = decoder
    const { tokens, source } = countOutputTokens(state, { ...options, requested: requestedOutputTokens })
    options.onDone({
      index,
      dueAt,
      sentAt,
      headAt,
      firstByteAt,
      firstEventAt,
      firstOutputAt,
      firstAnswerAt,
      lastOutputAt: stamps.last(),
      endedAt,
      outputAt: stamps.toArray(),
      promptTokens,
      serverPromptTokens: state.promptTokens,
      requestedOutputTokens,
      outputTokens: tokens,
      outputTokensSource: source,
      finishReason: state.finishReason,
      outcome:
        options.failOtherLengths === true ? judgeLength(outcome, requestedOutputTokens, tokens, source) : outcome,
    })
  }

  const fail = (kind: FailureKind, message: string): void => {
    finish({ status: 'failed', kind, message }, clock.now())
  }

  /** A head has come: what the answer is worth is for the protocol to say. */
  const judge = (transportEnd: 'clean' | 'cut' | 'stall', endedAt: Ms): void => {
    decoder.end()
    stampNews(lastByteAt)
    const complete = decoder.isComplete()
    finish(judgeAnswer({ protocol, httpStatus: status!, state: decoder.state, complete, transportEnd }), endedAt)
  }

  const giveUp = (): void => {
    sending?.abort()
    if (clock.now() >= startedAt + timeouts.total) {
      fail('total-timeout', `not over after ${seconds(timeouts.total)}, with ${stamped} events of output.`)
    } else if (sentAt === null) {
      fail('connect', `no connection within ${seconds(timeouts.connect)}. Check the address and any firewall.`)
    } else if (firstByteAt === null) {
      const head = status === null ? 'not even a head' : `only the head, HTTP ${status}`
      fail('first-byte-timeout', `no byte of an answer within ${seconds(timeouts.firstByte)}, ${head}.`)
    } else {
      judge('stall', clock.now())
    }
  }

  const deadline = (): Ms => {
    const phase =
      sentAt === null
        ? startedAt + timeouts.connect
        : firstByteAt === null
          ? sentAt + timeouts.firstByte
          : lastByteAt + timeouts.idle
    return Math.min(phase, startedAt + timeouts.total)
  }

  /** Set when a phase begins, and again when it comes early: reads of the socket only move the deadline. */
  const setTimer = (): void => {
    cancelTimer?.()
    const at = deadline()
    if (at === Infinity) return
    cancelTimer = clock.at(at, () => {
      if (clock.now() >= deadline()) giveUp()
      else setTimer()
    })
  }

  setTimer()
  sending = transport.send(options.request, {
    onSent() {
      sentAt = clock.now()
      setTimer()
    },
    onHead(code, _headers, at) {
      headAt = at
      status = code
      if (code !== 200) decoder = createDecoder('http-error-body')
    },
    onBytes(bytes, start, end, now) {
      lastByteAt = now
      if (firstByteAt === null) {
        firstByteAt = now
        setTimer()
      }
      decoder.push(bytes, start, end)
      stampNews(now)
    },
    onEnd() {
      judge('clean', clock.now())
    },
    onError(kind, message) {
      if (kind === 'truncated' && status !== null) judge('cut', clock.now())
      else fail(kind, message)
    },
  })

  return {
    abort() {
      if (isOver) return
      sending.abort()
      fail('aborted', 'the run was stopped before the answer had ended.')
    },
  }
}

function judgeLength(outcome: Outcome, requested: Tokens, tokens: Tokens | null, source: TokenSource | null): Outcome {
  if (outcome.status === 'failed' || tokens === requested || source === 'events') return outcome
  const message = `${tokens ?? 'no'} tokens were generated where ${requested} were asked for.`
  return { status: 'failed', kind: 'length-mismatch', message }
}

function seconds(time: Ms): string {
  return `${time / 1000} s`
}
