const MASK = '***'

/** A shorter secret is masked where it stands as a word of its own: as a part of other words it would spoil them. */
const SHORTEST_PART = 8
/** Where a text was cut inside a secret, a beginning of so many characters is masked: it would give the secret away. */
const SHORTEST_BEGINNING = 6

/**
 * A function that takes these secrets out of a text, the longest first, also as servers write them: percent-encoded, in
 * base64, escaped for JSON (once and twice), HTML or Python. At the end of a text that was cut (`…`), the beginning of one is
 * taken out, too.
 */
export function masker(secrets: readonly string[]): (text: string) => string {
  const forms = [...new Set(secrets.flatMap(formsOf))]
    .filter((form) => form.trim() !== '' && form !== MASK)
    .sort((a, b) => b.length - a.length)
  if (forms.length === 0) return (text) => text
  const pattern = new RegExp(forms.map(toPattern).join('|'), 'g')
  return (text) => withoutBeginning(text.replace(pattern, MASK), forms)
}

const MOST_REMEMBERED = 1000

/** A mask that remembers its answers, for texts that come again and again, such as the finish reasons of a run. */
export function remembering(mask: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const masked = mask(text)
    if (known.size < MOST_REMEMBERED) known.set(text, masked)
    return masked
  }
}

/** Masks every text in a value of plain data, at any depth. Names of fields, and the fields that `isLeft` names, stay. */
export function maskDeep<T>(
  value: T,
  mask: (text: string) => string,
  isLeft: (name: string) => boolean = () => false,
): T {
  if (typeof value === 'string') return mask(value) as T
  if (Array.isArray(value)) return value.map((item: unknown) => maskDeep(item, mask, isLeft)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, isLeft(name) ? field : maskDeep<unknown>(field, mask, isLeft)]),
  ) as T
}

const DEEPEST_CAUSE = 8

/**
 * Takes secrets out of an error, in place: its message, its stack, whatever else it says, and its causes. Of an error that
 * does not let itself be changed, a plain one with the same words is returned.
 */
export function maskError<T>(error: T, mask: (text: string) => string, depth = 0): T {
  if (!(error instanceof Error) || depth > DEEPEST_CAUSE) return error
  let isFixed = false
  for (const name of Object.getOwnPropertyNames(error)) {
    const value = (error as unknown as Record<string, unknown>)[name]
    const masked = maskOwn(value, mask, depth + 1)
    if (masked !== value)
      isFixed = !Reflect.defineProperty(error, name, { value: masked, configurable: true, writable: true }) || isFixed
  }
  if (!isFixed) return error
  const { name, message, stack = '' } = error
  return Object.assign(new Error(mask(message)), { name, stack: mask(stack) }) as T
}

/** The value itself where there is nothing to mask in it. What is neither text, list, error nor plain object is left alone. */
function maskOwn(value: unknown, mask: (text: string) => string, depth: number): unknown {
  if (typeof value === 'string') return mask(value)
  if (value instanceof Error) return maskError(value, mask, depth)
  if (depth > DEEPEST_CAUSE || typeof value !== 'object' || value === null) return value
  const isList = Array.isArray(value)
  if (!isList && Object.getPrototypeOf(value) !== Object.prototype) return value
  const fields = Object.entries(value).map(([name, field]) => [name, field, maskOwn(field, mask, depth + 1)] as const)
  if (fields.every(([, field, masked]) => field === masked)) return value
  return isList
    ? fields.map(([, , masked]) => masked)
    : Object.fromEntries(fields.map(([name, , masked]) => [name, masked]))
}

function formsOf(secret: string): string[] {
  const text = secret.toWellFormed()
  const percent = encodeURIComponent(text)
  const json = JSON.stringify(text).slice(1, -1)
  const bytes = Buffer.from(text)
  return [
    secret,
    text.replace(/\s+/g, ' ').trim(),
    percent,
    percent.replaceAll('%20', '+'),
    percent.replaceAll(/%[\dA-F]{2}/g, (code) => code.toLowerCase()),
    encodeURI(text),
    json,
    JSON.stringify(json).slice(1, -1),
    json.replaceAll(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`),
    text.replaceAll('\\', '\\\\').replaceAll("'", "\\'"),
    ...["'", '&#39;', '&#x27;'].map((quote) =>
      text
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
        .replaceAll("'", quote),
    ),
    ...(text.length < SHORTEST_PART
      ? []
      : [bytes.toString('base64'), bytes.toString('base64url'), bytes.toString('hex')]),
  ]
}

function toPattern(form: string): string {
  const escaped = form.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
  return form.length < SHORTEST_PART ? `(?<![A-Za-z0-9_])${escaped}(?![A-Za-z0-9_])` : escaped
}

function withoutBeginning(text: string, forms: readonly string[]): string {
  if (!text.endsWith('…')) return text
  const cut = text.slice(0, -1)
  const longest = forms.reduce((most, form) => Math.max(most, overlap(cut, form)), 0)
  return longest < SHORTEST_BEGINNING ? text : `${cut.slice(0, -longest)}${MASK}…`
}

/** How many characters at the end of a text are the beginning of a form. */
function overlap(text: string, form: string): number {
  for (let length = Math.min(form.length - 1, text.length); length > 0; length--) {
    if (text.endsWith(form.slice(0, length))) return length
  }
  return 0
}
