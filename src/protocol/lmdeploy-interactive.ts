import type { EventReader } from './event-reader.ts'
import { stringOf } from './openai-events.ts'

/** lmdeploy 0.4.0, `/v1/chat/interactive`: bare JSON lines with new text, cumulative `tokens` and a finish reason. */
export function lmdeployInteractiveReader(): EventReader {
  return {
    read(event, answer) {
      if (event['text'] === undefined && event['finish_reason'] === undefined) return false
      answer.addOutput({ text: stringOf(event['text']) })
      answer.setTokens(event['input_tokens'], event['tokens'])
      answer.setFinishReason(event['finish_reason'])
      return true
    },
    isComplete: (answer) => answer.finishReason !== null,
  }
}
