import type { Answer } from './answer.ts'
import { openaiErrorEnding, SSE_DONE, sseEvent } from './endings.ts'
import type { EventReader, Protocol } from './event-reader.ts'
import { GrowingText } from './growing-text.ts'
import { isJsonObject } from './json.ts'
import { stringOf } from './openai-events.ts'

/**
 * SGLang's native `/generate` (and lmdeploy's of the same name): `text`, everything so far or the new piece, and
 * `meta_info` with cumulative counts and a finish reason `{type}`.
 */
function sglangGenerateReader(answer: Answer): EventReader {
  const output = new GrowingText(answer)
  let isFirst = true
  return {
    read(event) {
      const { text, meta_info: meta } = event as { text?: unknown; meta_info?: unknown }
      if (text === undefined && !isJsonObject(meta)) return false
      if (!isFirst && holdsAllTokens(event)) output.settleOnAccumulated()
      isFirst = false
      output.add(stringOf(text))
      if (!isJsonObject(meta)) return true
      answer.setTokens(meta['prompt_tokens'], meta['completion_tokens'])
      const reason = meta['finish_reason']
      if (!isJsonObject(reason)) {
        answer.setFinishReason(reason)
      } else {
        answer.setFinishReason(reason['type'])
        answer.setCachedTokens(meta['cached_tokens'])
        if (reason['type'] === 'abort' && stringOf(reason['message']) !== '') answer.fail(stringOf(reason['message']))
      }
      return true
    },
    isComplete: () => answer.finishReason !== null,
  }
}

/**
 * The event lists the ids of all tokens so far, hence the text is all of it too. The reverse does not hold: older SGLang
 * with `--stream-output` sends the new ids beside the whole text.
 */
function holdsAllTokens({ output_ids: ids, meta_info: meta }: { output_ids?: unknown; meta_info?: unknown }): boolean {
  const tokens = isJsonObject(meta) ? meta['completion_tokens'] : undefined
  return Array.isArray(ids) && typeof tokens === 'number' && tokens > 1 && ids.length >= tokens
}

export const sglangGenerate: Protocol = {
  framing: 'sse',
  reader: sglangGenerateReader,
  errorEnding: openaiErrorEnding,
  shortEnding: (tokens) => {
    const meta = { prompt_tokens: 1, completion_tokens: tokens, finish_reason: { type: 'stop' } }
    return `${sseEvent({ text: '', meta_info: meta })}${SSE_DONE}`
  },
}
