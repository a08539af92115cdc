import type { Answer } from './answer.ts'
import { isJsonObject, type JsonObject } from './json.ts'

/** The choices of an OpenAI event; `[]` is ordinary (usage at the end, half a character in the middle). Null: no such event. */
export function choicesOf(event: JsonObject): JsonObject[] | null {
  const choices = event['choices']
  return Array.isArray(choices) ? choices.filter(isJsonObject) : null
}

/**
 * Takes `usage: {prompt_tokens, completion_tokens, prompt_tokens_details: {cached_tokens}}` wherever it rides; `null` and absence
 * say nothing.
 */
export function readUsage(event: JsonObject, answer: Answer): void {
  const usage = event['usage']
  if (!isJsonObject(usage)) return
  answer.setTokens(usage['prompt_tokens'], usage['completion_tokens'])
  const details = usage['prompt_tokens_details']
  if (isJsonObject(details)) answer.setCachedTokens(details['cached_tokens'])
}

/** The value if it is a string, else an empty one: absent, null and `''` all add nothing. */
export function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
