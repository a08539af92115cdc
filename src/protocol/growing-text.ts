import type { Answer } from './answer.ts'

/** So many events in a row, each beginning with the one before and longer, leave no doubt. */
const CERTAIN_AFTER = 4

/**
 * Adds texts to an answer when the server may send either the new piece or everything so far.
 *
 * Which one is not announced (`accumulate_tokens` of TensorRT-LLM's BLS model, `--incremental-streaming-output` of
 * SGLang), so it is inferred: texts that each begin with the one before, and grow, are accumulated. A few pieces may look
 * like that by chance ("1", "10"); the first that does not fit puts it right.
 */
export class GrowingText {
  readonly #answer: Answer
  #pieces = ''
  #last = ''
  #grown = 0
  #isDelta = false

  constructor(answer: Answer) {
    this.#answer = answer
  }

  /** Settled: every further text is a new piece, whatever it looks like. */
  get isDelta(): boolean {
    return this.#isDelta
  }

  add(text: string): void {
    if (this.#isDelta || text === '') return this.#answer.addOutput({ text })
    const isCertain = this.#grown >= CERTAIN_AFTER
    if (!isCertain && !text.startsWith(withoutHalfCharacter(this.#last))) {
      if (this.#answer.keepText) this.#answer.text = this.#pieces
      this.settleOnDelta()
      return this.#answer.addOutput({ text })
    }
    // A stop string may be taken back at the end: shorter than before, and nothing new.
    const addsText = this.#grown === 0 || (text !== this.#last && text.length >= this.#last.length)
    if (this.#last !== '' && text.length > this.#last.length) this.#grown++
    if (addsText) this.#answer.addOutput({ text })
    this.#last = text
    if (!this.#answer.keepText) return
    this.#pieces = isCertain ? '' : this.#pieces + text
    this.#answer.text = this.#grown > 0 ? text : this.#pieces
  }

  /** The event itself says that it holds everything so far. */
  settleOnAccumulated(): void {
    if (!this.#isDelta) this.#grown = CERTAIN_AFTER
  }

  /** The event itself says that it holds new text only. */
  settleOnDelta(): void {
    this.#isDelta = true
    this.#pieces = ''
    this.#last = ''
  }
}

/** The bytes of a half-received character show as U+FFFD until the rest arrives. */
function withoutHalfCharacter(text: string): string {
  return text.replace(/\uFFFD+$/u, '')
}
