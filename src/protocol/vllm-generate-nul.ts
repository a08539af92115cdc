import type { EventReader, Protocol } from './event-reader.ts'
import { stringOf } from './openai-events.ts'

/**
 * vLLM's demo server (`vllm.entrypoints.api_server`), `/generate`: items ended by NUL, each with the prompt and all text so
 * far. No finish reason, usage or end marker: an answer that ended cleanly is taken as whole.
 *
 * Only the caller knows the prompt. Without it the last word of the first item, with the blank before it, is taken as the
 * first generated piece: right for a one-token first step of the usual vocabularies, an estimate otherwise.
 */
function vllmGenerateNulReader(prompt: string | undefined): EventReader {
  let last: string | null = null
  return {
    read(event, answer) {
      const texts = event['text']
      const text = stringOf(Array.isArray(texts) ? texts[0] : texts)
      if (texts === undefined) return false
      last ??= prompt !== undefined && text.startsWith(prompt) ? prompt : withoutLastWord(text)
      answer.addOutput({ text: text.startsWith(last) ? text.slice(last.length) : '' })
      last = text
      return true
    },
    isComplete: () => true,
  }
}

function withoutLastWord(text: string): string {
  return text.slice(0, Math.max(0, text.trimEnd().search(/\s+\S+$/u)))
}

export const vllmGenerateNul: Protocol = {
  framing: 'nul',
  reader: (_, { prompt }) => vllmGenerateNulReader(prompt),
  errorEnding: (message) => `${JSON.stringify({ error: message })}\0`,
  shortEnding: () => '',
}
