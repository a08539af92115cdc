/** A JSON object as a server sent it: nothing is known about its members. */
export type JsonObject = { readonly [key: string]: unknown }

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value, or undefined where the text is no JSON. A JSON string that holds a JSON object (mlc-llm) gives the object. */
export function parseJson(text: string): unknown {
  const value = tryParse(text)
  if (typeof value !== 'string') return value
  const inner = tryParse(value)
  return isJsonObject(inner) ? inner : value
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
