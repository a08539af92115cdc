import { openaiErrorEnding, openaiShortEnding } from './endings.ts'
import type { EventReader, Protocol } from './event-reader.ts'
import { choicesOf, readUsage, stringOf } from './openai-events.ts'

/** `/v1/completions`: `choices[].text`, a finish reason on the last choice, usage in any of five places. */
function openaiCompletionsReader(): EventReader {
  return {
    read(event, answer) {
      readUsage(event, answer)
      const choices = choicesOf(event)
      if (choices === null) return false
      let text = ''
      for (const choice of choices) {
        text += stringOf(choice['text'])
        answer.setFinishReason(choice['finish_reason'])
      }
      answer.addOutput({ text })
      return true
    },
    isComplete: (answer) => answer.finishReason !== null,
    textKeys: () => ['text'],
  }
}

export const openaiCompletions: Protocol = {
  framing: 'sse',
  reader: openaiCompletionsReader,
  errorEnding: openaiErrorEnding,
  shortEnding: (tokens) => openaiShortEnding({ text: '' }, tokens),
}
