import { isDeepStrictEqual } from 'node:util'
import type { CallInput, Fields, Recipe } from './recipe.ts'
import type { Target } from './target.ts'

/** The body of one request: the recipe's, with the target's own fields over it. */
export function requestBody({ recipe, extraBody, version }: Target, input: CallInput): Fields {
  return merge(recipe.body({ ...input, version }), extraBody)
}

/** Objects are merged one level deep, so that `{ parameters: { top_p: 0.9 } }` takes nothing else away. */
function merge(body: Fields, extra: Fields): Fields {
  const merged = Object.entries(extra).map(([name, value]) => {
    const known = body[name]
    return [name, isObject(known) && isObject(value) ? { ...known, ...value } : value]
  })
  return { ...body, ...Object.fromEntries(merged) }
}

/** What every request of a run says alike: what its body has in common with that of a request for anything else. */
export function sharedFields(target: Target, input: CallInput): Record<string, unknown> {
  const { model, prompt, outputTokens } = input
  const other = { ...input, model: `${model}?`, prompt: `${prompt}?`, outputTokens: outputTokens + 1 }
  return inCommon(requestBody(target, input), requestBody(target, other))
}

/** The fields in which a recipe puts the prompt: they are the workload's, and not a target's to change. */
export function promptFields({ body }: Recipe): string[] {
  const asked = (prompt: string): Fields =>
    body({ model: '', prompt, outputTokens: 1, fixedLength: false, version: null })
  const one = asked('a')
  const other = asked('b')
  return Object.keys(one).filter((name) => !isDeepStrictEqual(one[name], other[name]))
}

function inCommon(one: Fields, other: Fields): Record<string, unknown> {
  const fields = Object.entries(one).flatMap(([name, value]): [string, unknown][] => {
    const beside = other[name]
    if (isObject(value) && isObject(beside)) return [[name, inCommon(value, beside)]]
    return isDeepStrictEqual(value, beside) ? [[name, value]] : []
  })
  return Object.fromEntries(fields)
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
