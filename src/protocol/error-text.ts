import { isJsonObject, type JsonObject, parseJson } from './json.ts'

/**
 * The error that a JSON answer or event reports, in the server's words; null where it reports none.
 *
 * Shapes seen: `{error: "text"}` (Triton, TGI), `{error: {message}}` (OpenAI, llama.cpp), `{object: "error", message}`
 * (vLLM 0.4.1, lmdeploy), `{detail: "text" | [{msg}] | {error}}` (FastAPI), `{message, code}`.
 */
export function errorText(json: JsonObject): string | null {
  const { error, detail, message } = json as { error?: unknown; detail?: unknown; message?: unknown }
  if (error !== undefined && error !== null && error !== false && error !== '') return wordsOf(error)
  if (json['object'] === 'error') return wordsOf(json)
  if ('choices' in json) return null
  if (detail !== undefined && detail !== null) return wordsOf(detail)
  return typeof message === 'string' ? message : null
}

/** The error that a whole body reports, whatever it is: JSON, a page of HTML, plain text. Null when it is blank. */
export function bodyErrorText(body: string): string | null {
  const json = parseJson(body)
  if (json !== undefined && json !== null) return wordsOf(json)
  const text = body.trim()
  return text === '' ? null : shorten(text, 2000)
}

/** Cuts a text for people, and shows that it was cut. */
export function shorten(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters - 1)}…`
}

function wordsOf(value: unknown, depth = 0): string {
  if (typeof value === 'string') {
    const inner = parseJson(value)
    return isJsonObject(inner) && depth < MAX_DEPTH ? wordsOf(inner, depth + 1) : value
  }
  if (depth < MAX_DEPTH && Array.isArray(value) && value.length > 0) {
    return value.map((item) => wordsOf(item, depth + 1)).join('; ')
  }
  if (depth < MAX_DEPTH && isJsonObject(value)) {
    for (const key of ['message', 'msg', 'error', 'detail', 'type', 'error_type']) {
      const words = value[key]
      if (typeof words === 'string' ? words !== '' : isJsonObject(words) || Array.isArray(words)) {
        return wordsOf(words, depth + 1)
      }
    }
  }
  return shorten(stringify(value), 2000)
}

/** JSON.parse reads any depth, JSON.stringify does not: it throws a RangeError some thousand levels down. */
function stringify(value: unknown): string {
  try {
    return JSON.stringify(value)
  } catch {
    return 'an error nested too deep to print'
  }
}

/** Real errors nest three deep at most. */
const MAX_DEPTH = 8
