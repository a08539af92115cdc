import type { EventReader, Protocol } from './event-reader.ts'
import { stringOf } from './openai-events.ts'

/** lmdeploy 0.4.0, `/v1/chat/interactive`: bare JSON lines with new text, cumulative `tokens` and a finish reason. */
function lmdeployInteractiveReader(): EventReader {
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

export const lmdeployInteractive: Protocol = {
  framing: 'lines',
  reader: lmdeployInteractiveReader,
  errorEnding: (message) => `${JSON.stringify({ object: 'error', message, code: 500 })}\n`,
  shortEnding: (tokens) =>
    `${JSON.stringify({ text: '', tokens, input_tokens: 1, history_tokens: 0, finish_reason: 'stop' })}\n`,
}
