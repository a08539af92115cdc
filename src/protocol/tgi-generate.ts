import { sseEvent } from './endings.ts'
import type { EventReader, Protocol } from './event-reader.ts'
import { isJsonObject } from './json.ts'
import { stringOf } from './openai-events.ts'

/**
 * Text Generation Inference, `/generate_stream`: one token an event. Special tokens (`</s>`) are no part of the answer.
 * The last event carries `generated_text`, and `details` with counts and finish reason if the request asked for them.
 */
function tgiGenerateReader(): EventReader {
  let whole = false
  return {
    read(event, answer) {
      const { token, details } = event as { token?: unknown; details?: unknown }
      const isLast = typeof event['generated_text'] === 'string'
      if (!isJsonObject(token) && !isLast) return false
      whole ||= isLast
      if (isJsonObject(token) && token['special'] !== true) answer.addOutput({ text: stringOf(token['text']) })
      if (isJsonObject(details)) {
        answer.setTokens(details['input_length'], details['generated_tokens'])
        answer.setFinishReason(details['finish_reason'])
      }
      return true
    },
    isComplete: (answer) => whole || answer.finishReason !== null,
  }
}

export const tgiGenerate: Protocol = {
  framing: 'sse',
  reader: tgiGenerateReader,
  errorEnding: (message) => sseEvent({ error: message, error_type: 'generation' }),
  shortEnding: (tokens) =>
    sseEvent({
      token: { id: 2, text: '</s>', special: true },
      generated_text: '',
      details: { finish_reason: 'eos_token', generated_tokens: tokens },
    }),
}
