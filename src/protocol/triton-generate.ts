import type { Answer } from './answer.ts'
import { sseEvent } from './endings.ts'
import type { EventReader, Protocol } from './event-reader.ts'
import { GrowingText } from './growing-text.ts'
import { stringOf } from './openai-events.ts'

/**
 * TensorRT-LLM behind Triton, `/v2/models/<model>/generate_stream`: `text_output` and nothing else. No finish reason, no
 * usage, no end marker: the body just ends, so an answer that ended cleanly is taken as whole.
 */
function tritonGenerateReader(answer: Answer): EventReader {
  const output = new GrowingText(answer)
  return {
    read(event) {
      const text: unknown = Array.isArray(event['text_output']) ? event['text_output'][0] : event['text_output']
      if (text === undefined) return false
      // The `ensemble` model, told by its sequence_* keys, decodes each step alone; `tensorrt_llm_bls` may accumulate.
      if ('sequence_id' in event) output.settleOnDelta()
      output.add(stringOf(text))
      return true
    },
    isComplete: () => true,
    textKeys: () => (output.isDelta ? ['text_output'] : []),
  }
}

export const tritonGenerate: Protocol = {
  framing: 'sse',
  reader: tritonGenerateReader,
  errorEnding: (message) => sseEvent({ error: message }),
  shortEnding: () => '',
}
