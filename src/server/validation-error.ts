/** A message ends where pydantic begins to tell what it was given; that may be the whole configuration. */
const END_OF_MESSAGE = / *\[type=/
/** What a process of vLLM puts before each of its lines: `(APIServer pid=811) `. */
const PROCESS = /^\s*\([\w -]+ pid=\d+\)/
/** What has no end within so many lines is no message of pydantic. */
const MOST_LINES = 8

/**
 * What pydantic says of the first thing that is wrong with a configuration, on one line: the model, the field where it names
 * one, and the sentence. `at` is the line of its headline.
 *
 *     1 validation error for CacheConfig
 *     gpu_memory_utilization
 *       Input should be less than or equal to 1 [type=less_than_equal, input_value=1.5, input_type=float]
 *
 * becomes `CacheConfig.gpu_memory_utilization: Input should be less than or equal to 1`. A `Value error, ` before the sentence
 * is left out. Where no message follows, as in a log that was cut, it is the headline alone.
 */
export function validationError(lines: readonly string[], at: number): string {
  const [headline = '', ...following] = lines.slice(at, at + MOST_LINES).map((line) => line.replace(PROCESS, ''))
  const model = /validation errors? for (\w+)/.exec(headline)?.[1] ?? ''
  const last = following.findIndex((line) => END_OF_MESSAGE.test(line))
  if (last === -1) return headline.trim()
  const told = following.slice(0, last + 1)
  // A field stands on a line of its own, before a message that is indented.
  const field = told.length > 1 && /^ ?[\w.[\]-]+$/.test(told[0] ?? '') ? told[0]?.trim() : undefined
  const message = told
    .slice(field === undefined ? 0 : 1)
    .map((line) => line.trim())
    .join(' ')
    .split(END_OF_MESSAGE)[0]
  return `${[model, field].filter(Boolean).join('.')}: ${message?.replace(/^Value error, /, '')}`
}
