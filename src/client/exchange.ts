import type { CancelTimer, Clock } from '../base/clock.ts'
import { createDecoder, judgeAnswer } from '../protocol/index.ts'
import { emptyAnswer } from '../protocol/judge-answer.ts'
import type { StreamDecoder } from '../protocol/protocol.ts'
import type { ProtocolId } from '../protocol/protocols.ts'
import type { FailureKind, Outcome, RequestRecord, TokenSource } from '../record.ts'
import type { Ms, Tokens } from '../base/units.ts'
import { believedCounts } from './believed-counts.ts'
import { countOutputTokens } from './output-tokens.ts'
import { Stamps } from './stamps.ts'
import type { Timeouts } from './timeouts.ts'
import type { Transport, TransportFailure, WireObserver, WireRequest } from './transport.ts'

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
  const exchange = new WireExchange(options)
  exchange.send()
  return exchange
}

class WireExchange implements Exchange, WireObserver {
  // What each read touches stands first.
  #decoder: StreamDecoder
  readonly #stamps: Stamps
  #lastByteAt: Ms
  #firstByteAt: Ms | null = null
  #firstEventAt: Ms | null = null
  #firstOutputAt: Ms | null = null
  #firstAnswerAt: Ms | null = null
  readonly #options: ExchangeOptions
  readonly #startedAt: Ms
  #status: number | null = null
  #sentAt: Ms | null = null
  #headAt: Ms | null = null
  #isOver = false
  #sending: { abort(): void } | null = null
  #cancelTimer: CancelTimer | null = null

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.#decoder = options.decoder ?? createDecoder(options.protocol, { keepText: options.retokenise !== undefined })
    this.#stamps = new Stamps(options.requestedOutputTokens)
    this.#startedAt = options.clock.now()
    this.#lastByteAt = this.#startedAt
  }

  send(): void {
    this.#setTimer()
    this.#sending = this.#options.transport.send(this.#options.request, this)
  }

  abort(): void {
    if (this.#isOver) return
    this.#sending?.abort()
    this.#fail('aborted', 'the run was stopped before the answer had ended.')
  }

  onSent(): void {
    this.#sentAt = this.#options.clock.now()
    this.#setTimer()
  }

  onHead(status: number, _headers: unknown, at: Ms): void {
    this.#headAt = at
    this.#status = status
    if (status !== 200) this.#decoder = createDecoder('http-error-body')
  }

  onBytes(bytes: Uint8Array, start: number, end: number, at: Ms): void {
    this.#lastByteAt = at
    if (this.#firstByteAt === null) {
      this.#firstByteAt = at
      this.#setTimer()
    }
    this.#decoder.push(bytes, start, end)
    this.#stampNews(at)
  }

  onEnd(): void {
    this.#judge('clean', this.#options.clock.now())
  }

  onError(kind: TransportFailure, message: string): void {
    if (kind === 'truncated' && this.#status !== null) this.#judge('cut', this.#options.clock.now())
    else this.#fail(kind, message)
  }

  #stampNews(at: Ms): void {
    const { events, outputEvents, answerEvents } = this.#decoder.state
    if (events > 0) this.#firstEventAt ??= at
    if (outputEvents > 0) this.#firstOutputAt ??= at
    if (answerEvents > 0) this.#firstAnswerAt ??= at
    const stamps = this.#stamps
    while (stamps.count < outputEvents) stamps.push(at)
  }

  /** A head has come: what the answer is worth is for the protocol to say. */
  #judge(transportEnd: 'clean' | 'cut' | 'stall', endedAt: Ms): void {
    const decoder = this.#decoder
    decoder.end()
    this.#stampNews(this.#lastByteAt)
    const complete = decoder.isComplete()
    const { protocol } = this.#options
    const { state } = decoder
    this.#finish(judgeAnswer({ protocol, httpStatus: this.#status!, state, complete, transportEnd }), endedAt)
  }

  #fail(kind: FailureKind, message: string): void {
    this.#finish({ status: 'failed', kind, message }, this.#options.clock.now())
  }

  #finish(outcome: Outcome, endedAt: Ms): void {
    this.#isOver = true
    this.#cancelTimer?.()
    const { index, dueAt, promptTokens, requestedOutputTokens, failOtherLengths } = this.#options
    const { state } = this.#decoder
    const counted = { requested: requestedOutputTokens, body: this.#options.request.body }
    const { promptTokens: serverPromptTokens, completionTokens: usage, disbelieved } = believedCounts(state, counted)
    const { tokens, source } = countOutputTokens(state, { ...this.#options, ...counted, usage })
    const judged = outcome.status === 'completed' && tokens === null ? emptyAnswer(state) : outcome
    this.#options.onDone({
      index,
      dueAt,
      sentAt: this.#sentAt,
      headAt: this.#headAt,
      firstByteAt: this.#firstByteAt,
      firstEventAt: this.#firstEventAt,
      firstOutputAt: this.#firstOutputAt,
      firstAnswerAt: this.#firstAnswerAt,
      lastOutputAt: this.#stamps.last(),
      endedAt,
      outputAt: this.#stamps.toArray(),
      promptTokens,
      serverPromptTokens,
      requestedOutputTokens,
      outputTokens: tokens,
      outputTokensSource: source,
      finishReason: state.finishReason,
      outcome: failOtherLengths === true ? judgeLength(judged, requestedOutputTokens, tokens, source) : judged,
      ...(state.cachedPromptTokens !== null && { cachedPromptTokens: state.cachedPromptTokens }),
      ...(disbelieved !== null && { disbelieved }),
    })
  }

  /** Set when a phase begins, and again when it comes early: reads of the socket only move the deadline. */
  #setTimer(): void {
    this.#cancelTimer?.()
    const { clock } = this.#options
    const at = this.#deadline()
    if (at === Infinity) return
    this.#cancelTimer = clock.at(at, () => {
      if (clock.now() >= this.#deadline()) this.#giveUp()
      else this.#setTimer()
    })
  }

  #deadline(): Ms {
    const { timeouts } = this.#options
    const phase =
      this.#sentAt === null
        ? this.#startedAt + timeouts.connect
        : this.#firstByteAt === null
          ? this.#sentAt + timeouts.firstByte
          : this.#lastByteAt + timeouts.idle
    return Math.min(phase, this.#startedAt + timeouts.total)
  }

  #giveUp(): void {
    const { clock, timeouts } = this.#options
    this.#sending?.abort()
    if (clock.now() >= this.#startedAt + timeouts.total) {
      const events = this.#stamps.count
      this.#fail('total-timeout', `not over after ${seconds(timeouts.total)}, with ${events} events of output.`)
    } else if (this.#sentAt === null) {
      this.#fail('connect', `no connection within ${seconds(timeouts.connect)}. Check the address and any firewall.`)
    } else if (this.#firstByteAt === null) {
      const head = this.#status === null ? 'not even a head' : `only the head, HTTP ${this.#status}`
      this.#fail('first-byte-timeout', `no byte of an answer within ${seconds(timeouts.firstByte)}, ${head}.`)
    } else {
      this.#judge('stall', clock.now())
    }
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
