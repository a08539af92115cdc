import * as z from 'zod'
import { didYouMean, nearestTo } from './did-you-mean.ts'
import { BenchError, type BenchErrorCode } from './errors.ts'

/** Whose options they are, and how an error about them reads. */
export interface OptionsOwner {
  /** As it stands in a sentence: `vllm()`, `a load`. */
  readonly of: string
  readonly code: BenchErrorCode
  /** How options are given to it, for whoever gave something else: `gamma({ burstiness: 0.5 })`. */
  readonly example: string
  /** There may be credentials among the values: an error says of what kind a value is, and not the value. */
  readonly confidential?: boolean
  /** Names that options had once, and what they are called now. */
  readonly renamed?: Readonly<Record<string, string>>
}

/**
 * Throws a BenchError for options that are no object, for a name that is none of `names` (with the nearest one), and for
 * nothing else: cheap enough for what is called thousands of times.
 *
 * Nobody checks types when a bench file runs, and a misspelt option would measure something else than was meant.
 */
export function checkNames(options: unknown, names: readonly string[], owner: OptionsOwner): asserts options is object {
  requireObject(options, owner)
  for (const name of Object.keys(options)) if (!names.includes(name)) throw unknownOption(name, names, owner)
}

/**
 * Checks data, such as a recording, which may bring fields of its own: a BenchError only for what is no object, and for a name
 * that is near to one of `names` which is missing.
 */
export function checkFields(data: unknown, names: readonly string[], owner: OptionsOwner): asserts data is object {
  requireObject(data, owner)
  for (const name of Object.keys(data)) {
    const meant = names.includes(name) ? undefined : nearestTo(name, names, 1)
    if (meant !== undefined && !(meant in data)) throw unknownOption(name, names, owner)
  }
}

/** Checks names as `checkNames` does, and nested names and values by a schema, whose messages say what a value must be. */
export function checkOptions(options: unknown, schema: z.ZodObject, owner: OptionsOwner): void {
  checkNames(options, Object.keys(schema.shape), owner)
  checkValues(options, schema, owner)
}

/** Checks the values of options or data by a schema. */
export function checkValues(options: object, schema: z.ZodObject, owner: OptionsOwner): void {
  const issues = schema.safeParse(options).error?.issues ?? []
  // A misspelt name often leaves another one missing.
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0]
  if (issue === undefined) return
  const { path } = issue
  if (issue.code === 'unrecognized_keys') {
    const place = { ...owner, of: `the option ${path.join('.')} of ${owner.of}` }
    throw unknownOption(issue.keys[0] ?? '', namesAt(schema, path), place)
  }
  const value = path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)?.[key], options)
  throw new BenchError(
    `The option ${path.join('.')} of ${owner.of} is ${owner.confidential === true ? kindOf(value) : show(value)}.`,
    { code: owner.code, remedy: `It must be: ${issue.message}.` },
  )
}

/** For a function without options, which would ignore whatever it is given. */
export function takesNoOptions(given: readonly unknown[], owner: Omit<OptionsOwner, 'example'>): void {
  if (given.length === 0) return
  throw new BenchError(`${capital(owner.of)} takes no options.`, { code: owner.code, remedy: 'Call it without any.' })
}

/** A value in a sentence: a number or a word, else of what kind it is. A target or a URL may hold a key. */
export function show(value: unknown): string {
  if (typeof value === 'string') return /^[\w .%-]{0,40}$/.test(value) ? JSON.stringify(value) : kindOf(value)
  if (Array.isArray(value) && value.length < 5 && value.every((item) => typeof item !== 'object')) {
    return `[${value.map(show).join(', ')}]`
  }
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : kindOf(value)
}

/** `a text`, `an array`: what is said of a value that must not be shown. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return { string: 'a text', object: 'an object' }[typeof value as string] ?? `a ${typeof value}`
}

/** The names of all options of a kind: the compiler sees to it that none is missing. */
export function namesOf<T>(all: { readonly [Name in keyof Required<T>]: true }): readonly string[] {
  return Object.keys(all)
}

/** The schema of all options of a kind, alike. */
export function schemaOf<T>(shape: { readonly [Name in keyof Required<T>]: z.ZodType }): z.ZodObject {
  return z.strictObject(shape)
}

/** Parts of schemas; each message completes the sentence `It must be: `. */
export const text = z.string('a text')
export const flag = z.boolean('true or false')
export const texts = z.record(z.string(), text, 'an object of texts')
export const positive = z.custom<number>(
  (value) => typeof value === 'number' && value > 0 && value < Infinity,
  'a number above 0',
)

function requireObject(given: unknown, { of, code, example }: OptionsOwner): asserts given is object {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return
  throw new BenchError(`${capital(of)} takes an object of options, and was given ${kindOf(given)}.`, {
    code,
    remedy: `Write for instance ${example}.`,
  })
}

function unknownOption(name: string, names: readonly string[], { of, code, renamed = {} }: OptionsOwner): BenchError {
  const remedy = Object.hasOwn(renamed, name) ? `It is called "${renamed[name]}" now.` : didYouMean(name, names)
  return new BenchError(`${capital(of)} has no option "${name}".`, { code, remedy })
}

function namesAt(schema: z.ZodObject, path: readonly PropertyKey[]): string[] {
  const found = path.reduce<unknown>((at, key) => unwrap((at as z.ZodObject).shape[String(key)]), schema)
  return Object.keys((found as z.ZodObject).shape)
}

/** The object that an optional one may be. */
function unwrap(schema: unknown): unknown {
  return schema instanceof z.ZodOptional ? unwrap(schema.unwrap()) : schema
}

/** As a sentence begins; the name of a function stays as it is. */
function capital(of: string): string {
  return /^(a|the) /.test(of) ? of.charAt(0).toUpperCase() + of.slice(1) : of
}
