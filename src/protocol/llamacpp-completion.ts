import { sseEvent } from './endings.ts'
import type { EventReader, Protocol } from './event-reader.ts'
import { stringOf } from './openai-events.ts'

/**
 * llama.cpp's native `/completion`: `content`, counts in `tokens_predicted` and `tokens_evaluated`, and a last event with
 * `stop: true` and `stop_type`. Builds before December 2024 have `stopped_eos`, `stopped_limit`, `stopped_word` instead.
 */
function llamacppCompletionReader(): EventReader {
  let whole = false
  return {
    read(event, answer) {
      if (event['content'] === undefined && event['stop'] === undefined) return false
      answer.addOutput({ text: stringOf(event['content']) })
      answer.setTokens(event['tokens_evaluated'], event['tokens_predicted'])
      if (event['stop'] !== true) return true
      whole = true
      const older = ['eos', 'limit', 'word'].find((type) => event[`stopped_${type}`] === true)
      answer.setFinishReason(event['stop_type'] ?? older)
      return true
    },
    isComplete: () => whole,
  }
}

export const llamacppCompletion: Protocol = {
  framing: 'sse',
  reader: llamacppCompletionReader,
  errorEnding: (message) => sseEvent({ error: { code: 500, message, type: 'server_error' } }),
  shortEnding: (tokens) =>
    sseEvent({ content: '', stop: true, stop_type: 'eos', tokens_predicted: tokens, tokens_evaluated: 1 }),
}
