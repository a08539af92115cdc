import type { DecodedStream } from './protocol.ts'

/** What one event added, as a decoder understood it. */
export interface Output {
  readonly text?: string
  readonly reasoning?: string
  /** Name or arguments of a tool call. */
  readonly tool?: boolean
}

/** The state of one answer while it is read: what decoders write and the client reads. */
export class Answer implements DecodedStream {
  events = 0
  outputEvents = 0
  contentEvents = 0
  answerEvents = 0
  readonly keepText: boolean
  text = ''
  reasoningText = ''
  promptTokens: number | null = null
  cachedPromptTokens: number | null = null
  completionTokens: number | null = null
  finishReason: string | null = null
  error: string | null = null
  endedWithDone = false
  #toldNone = false

  constructor(keepText: boolean) {
    this.keepText = keepText
  }

  /** Counts one event's output. An event without any leaves everything as it was. */
  addOutput({ text = '', reasoning = '', tool = false }: Output): void {
    if (text === '' && reasoning === '' && !tool) return
    this.outputEvents++
    if (text !== '') this.contentEvents++
    if (text !== '' || tool) this.answerEvents++
    if (!this.keepText) return
    this.text += text
    this.reasoningText += reasoning
  }

  /** Counts one more event with text or reasoning, unread. Only where no text is kept. */
  countOutput(kind: 'text' | 'reasoning'): void {
    this.outputEvents++
    if (kind === 'reasoning') return
    this.contentEvents++
    this.answerEvents++
  }

  /**
   * Takes a count of tokens that the server told. The last one that is not zero holds: servers send zeros until the end
   * (Ollama) or cumulative counts in every chunk (mlc-llm), so nothing is ever summed. Whether a zero holds is decided in `end()`.
   */
  setTokens(promptTokens: unknown, completionTokens: unknown): void {
    if (isCount(promptTokens)) this.promptTokens = promptTokens
    if (isCount(completionTokens)) this.completionTokens = completionTokens
    else if (completionTokens === 0) this.#toldNone = true
  }

  /** No more events will come. Now a 0 that the server told is believed, if the answer stopped at once and has no output. */
  end(): void {
    const isNothing = this.outputEvents === 0 && this.finishReason === 'stop' && this.error === null
    if (this.#toldNone && isNothing) this.completionTokens ??= 0
  }

  /** Takes how many prompt tokens came from a prefix cache; 0 is a count, too. */
  setCachedTokens(count: unknown): void {
    if (count === 0 || isCount(count)) this.cachedPromptTokens = count
  }

  /** TGI writes an empty string, others null, while an answer goes on. */
  setFinishReason(reason: unknown): void {
    if (typeof reason === 'string' && reason !== '') this.finishReason = reason
  }

  /** The first error is the cause; what follows is its echo. */
  fail(message: string): void {
    this.error ??= message
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0
}
