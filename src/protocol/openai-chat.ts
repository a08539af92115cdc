import { openaiErrorEnding, openaiShortEnding } from './endings.ts'
import type { EventReader, Protocol } from './event-reader.ts'
import { isJsonObject } from './json.ts'
import { choicesOf, readUsage, stringOf } from './openai-events.ts'

/**
 * `/v1/chat/completions`: `choices[].delta` with content, reasoning or tool calls.
 *
 * A role, an empty content and a null are no output. A server that does not stream answers with `message` instead of
 * `delta`: one event with the whole answer.
 */
export function openaiChatReader(): EventReader {
  return {
    read(event, answer) {
      readUsage(event, answer)
      const choices = choicesOf(event)
      if (choices === null) return false
      let text = ''
      let reasoning = ''
      let tool = false
      for (const choice of choices) {
        const delta = choice['delta'] ?? choice['message']
        if (isJsonObject(delta)) {
          text += stringOf(delta['content'])
          // vLLM renamed the field about 0.11; a server that sends both means the same words.
          reasoning += stringOf(delta['reasoning_content']) || stringOf(delta['reasoning'])
          tool ||= hasToolOutput(delta['tool_calls']) || saysSomething(delta['function_call'])
        }
        answer.setFinishReason(choice['finish_reason'])
      }
      answer.addOutput({ text, reasoning, tool })
      return true
    },
    isComplete: (answer) => answer.finishReason !== null,
    textKeys: () => ['content', 'reasoning_content', 'reasoning'],
  }
}

function hasToolOutput(calls: unknown): boolean {
  return Array.isArray(calls) && calls.some((call) => isJsonObject(call) && saysSomething(call['function']))
}

/** A function's name is generated just as its arguments are. */
function saysSomething(call: unknown): boolean {
  return isJsonObject(call) && (stringOf(call['name']) !== '' || stringOf(call['arguments']) !== '')
}

export const openaiChat: Protocol = {
  framing: 'sse',
  reader: openaiChatReader,
  errorEnding: openaiErrorEnding,
  shortEnding: (tokens) => openaiShortEnding({ delta: {} }, tokens),
}
