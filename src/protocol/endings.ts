import type { Tokens } from '../base/units.ts'

/** A server-sent event. */
export function sseEvent(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`
}

export const SSE_DONE = 'data: [DONE]\n\n'

/** As servers that follow OpenAI report a failure. */
export function openaiErrorEnding(message: string): string {
  return `${sseEvent({ error: { message, type: 'InternalServerError', code: 500 } })}${SSE_DONE}`
}

/** As they end an answer: its last choice, and what was used. */
export function openaiShortEnding(choice: object, tokens: Tokens): string {
  const usage = { prompt_tokens: 1, completion_tokens: tokens, total_tokens: tokens + 1 }
  return `${sseEvent({ choices: [{ index: 0, ...choice, finish_reason: 'stop' }], usage })}${SSE_DONE}`
}
