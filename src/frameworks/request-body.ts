import type { CallInput, Target } from './target.ts'

type Json = Readonly<Record<string, unknown>>

/** What says of a request which answer is wanted: the workload's, and not a target's to change. */
export const STIMULUS_FIELDS: readonly string[] = ['prompt', 'messages', 'text_input', 'text', 'inputs']

/** Under these names servers are told how long an answer shall be. */
const LENGTH_FIELDS: readonly string[] = [
  'max_tokens',
  'min_tokens',
  'max_new_tokens',
  'max_completion_tokens',
  'min_length',
  'n_predict',
]

/** The body of one request: the recipe's, with the target's own fields over it. */
export function requestBody({ recipe, extraBody, version }: Target, input: CallInput): Json {
  return merge(recipe.body({ ...input, version }), extraBody)
}

/** Objects are merged one level deep, so that `{ parameters: { top_p: 0.9 } }` takes nothing else away. */
function merge(body: Json, extra: Json): Json {
  const merged = Object.entries(extra).map(([name, value]) => {
    const known = body[name]
    return [name, isObject(known) && isObject(value) ? { ...known, ...value } : value]
  })
  return { ...body, ...Object.fromEntries(merged) }
}

/** What every request of a run says alike: its body without model, prompt and lengths. */
export function sharedFields(body: Json): Record<string, unknown> {
  const varies = (name: string): boolean =>
    name === 'model' || STIMULUS_FIELDS.includes(name) || LENGTH_FIELDS.includes(name)
  return Object.fromEntries(
    Object.entries(body)
      .filter(([name]) => !varies(name))
      .map(([name, value]) => [name, isObject(value) ? sharedFields(value) : value]),
  )
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
