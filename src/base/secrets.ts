import { confidenceOf, isHarmless, looksLikeBase64, looksLikeKey, type Confidence } from './harmless.ts'

/**
 * The secrets in what a user gives to a server, as texts to be masked. What is harmless is said in `harmless.ts`; here is how
 * a value is taken apart: a server may print the whole or any part of it.
 */

/** The secrets in request headers. A scheme (`Bearer`, `Basic`) is no part of them. */
export function secretsInHeaders(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => secretsInValue(value, confidenceOf(name, 'header')))
}

/** The secrets in the variables that a user sets for a server. */
export function secretsInVariables(env: Readonly<Record<string, string>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => secretsInValue(value, confidenceOf(name)))
}

/** A shorter one may stand in any word of a log. */
const SHORTEST_INHERITED = 8

/**
 * The secrets in the environment that a server inherits. Nobody wrote that for the server, so less of it is one: what its name says
 * to be a secret, every secret in a variable that is named a URL, and the credentials in URLs of all others.
 */
export function secretsInEnvironment(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : secretsInherited(name, value).filter(({ length }) => length >= SHORTEST_INHERITED),
  )
}

function secretsInherited(name: string, value: string): string[] {
  if (confidenceOf(name) === 'secret') return secretsInValue(value, 'secret')
  return /(^|_)URLS?$/i.test(name) ? secretsInUrl(value) : credentialsInUrl(value)
}

/** The secrets in the arguments of a command without its program: `--flag value`, `--flag=value`, `--keys a b`, and the others. */
export function secretsInArguments(args: readonly string[]): string[] {
  let confidence: Confidence = 'unknown'
  return args.flatMap((argument, i) => {
    const [, flag, value] = /^(-[^=\s]*)(?:=([\s\S]*))?$/.exec(argument) ?? []
    if (flag !== undefined) {
      confidence = confidenceOf(flag)
      return value === undefined ? [] : secretsInValue(value, confidence)
    }
    // What follows a subcommand such as `serve` is a model.
    const isModel = confidence !== 'secret' && SUBCOMMANDS.has(args[i - 1] ?? '')
    return secretsInValue(argument, isModel ? 'harmless' : confidence)
  })
}

const SUBCOMMANDS: ReadonlySet<string> = new Set(['serve', 'run', 'api_server', 'trtllm-serve', 'launch', 'start'])

/**
 * The secrets in the fields of a body, at any depth: what its name says to be a secret, and what looks like a key. A report shows
 * all others.
 */
export function secretsInBody(body: unknown, confidence: Confidence = 'harmless'): string[] {
  if (typeof body === 'string') return secretsInValue(body, confidence)
  if (typeof body !== 'object' || body === null) return []
  return Object.entries(body).flatMap(([name, value]) =>
    secretsInBody(value, confidence === 'secret' || confidenceOf(name) === 'secret' ? 'secret' : 'harmless'),
  )
}

/**
 * The secrets in a URL: user and password (also as they stand in a header), segments of the path that look like a key or follow
 * one that announces it, the values of the query, the fragment. Takes what is no URL, too: it may be a mistyped one.
 */
export function secretsInUrl(url: string): string[] {
  const [address, fragment] = split(url, '#')
  const [place, query] = split(address, '?')
  return [
    ...credentialsInUrl(place),
    ...secretSegments(place.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '')),
    ...query.split('&').flatMap((pair) => {
      const [name, value] = split(pair, '=')
      if (/^=*$/.test(value) || looksLikeKey(name))
        return alternatives(pair).flatMap((each) => secretsInValue(each, 'unknown'))
      return alternatives(value).flatMap((each) => secretsInValue(each, confidenceOf(name)))
    }),
    ...secretsInValue(fragment, 'unknown'),
  ]
}

/**
 * A URL as it may be shown: without user, password, query and fragment, and without segments of its path that look like a
 * key. Takes what is no URL, too.
 */
export function shownUrl(url: string): string {
  const place = split(split(url, '#')[0], '?')[0].replace(/(^|\/\/)[^/]*@/, '$1***@')
  return secretSegments(place.replace(/^[a-z][a-z\d+.-]*:\/\/[^/]*/i, '')).reduce(
    (rest, segment) => rest.replaceAll(segment, '***'),
    place,
  )
}

/** The secrets in what stands before the `@`. */
function credentialsInUrl(url: string): string[] {
  const [, userinfo] = /^(?:[a-z][a-z\d+.-]*:\/\/)?([^\s/?#]*)@/i.exec(url) ?? []
  return userinfo === undefined ? [] : alternatives(userinfo).flatMap(secretsInCredentials)
}

/** Of `user:password`, or a user alone: each of them, and both as a Basic header joins them. */
function secretsInCredentials(pair: string): string[] {
  const [user, password] = split(pair, ':')
  // Without a password the user is the key; with one it often is a word that everybody knows.
  const isName = password !== '' && /^[a-z]{1,7}$/i.test(user)
  const parts = [...(isName ? [] : [user]), password].filter((part) => !isHarmless(part, 'secret'))
  return password === '' && parts.length === 0 ? [] : [...parts, `${user}:${password}`]
}

function secretSegments(path: string): string[] {
  const segments = path.split('/')
  return segments.filter((segment, i) => {
    const announced = confidenceOf(segments[i - 1] ?? '') === 'secret'
    return announced ? !isHarmless(segment, 'secret') : looksLikeKey(segment)
  })
}

/** The secrets in one value that is given under a name of that confidence. */
function secretsInValue(value: string, confidence: Confidence): string[] {
  if (confidence === 'secret') return partsOfSecret(value).filter((part) => !isHarmless(part, 'secret'))
  // The port is not known yet where a launch is written.
  const parts = value.split(/\{(?:port|metricsPort)\}/)
  if (parts.length > 1) return parts.flatMap((part) => secretsInValue(part, confidence))
  const json = parseJson(value)
  if (json !== undefined) return secretsInBody(json, 'harmless')
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(value)) return secretsInUrl(value)
  if (/^\s*(basic|bearer)\s+\S+\s*$/i.test(value)) return secretsInValue(value, 'secret')
  if (/\s/.test(value.trim())) return value.split(/\s+/).flatMap((word) => secretsInValue(word, wordConfidence(word)))
  const [, list] = /^([^=;,]+=[\s\S]*)$/.exec(value) ?? []
  if (list !== undefined) return list.split(/[;,&]/).flatMap((pair) => secretsInPair(pair, confidence))
  if (/^[^\s:@/]*:[^\s@]*@/.test(value)) return credentialsInUrl(value)
  if (value.includes(',')) return value.split(',').flatMap((item) => secretsInValue(item, confidence))
  if (isPath(value)) {
    const segments = secretSegments(value)
    return confidence === 'unknown' && looksLikeBase64(value) ? [value, ...segments] : segments
  }
  return isHarmless(value, confidence) ? [] : [value]
}

/** A word of a sentence is none, unless it looks like one or assigns one. */
function wordConfidence(word: string): Confidence {
  return word.includes('=') ? 'unknown' : 'harmless'
}

function secretsInPair(pair: string, confidence: Confidence): string[] {
  const [name, value] = split(pair, '=')
  // Nothing is assigned: what stands there is one text, with the padding of base64. A server may print it without that.
  if (/^=*$/.test(value))
    return secretsInValue(name, confidence).flatMap((each) => (each === name ? [pair, name] : each))
  // Nobody calls an option like that: the whole is a key with an equals sign in it.
  if (looksLikeKey(name)) return [pair, name, ...secretsInValue(value, 'secret')]
  const own = confidenceOf(name)
  return secretsInValue(value, own === 'unknown' ? confidence : own)
}

/** The whole, what follows its scheme, the credentials in it, its lines, and its leaves where it is JSON. */
function partsOfSecret(value: string): string[] {
  const [, token] = /^[a-z]+ +(\S[\s\S]*)$/i.exec(value) ?? []
  const lines = value.split(/\r?\n/)
  const [, password] = /^[^\s:/]+:([^\s:/]+)$/.exec(value) ?? []
  const json = parseJson(value)
  return [
    value,
    value.trim(),
    value.trim().replace(/=+$/, ''),
    ...(password === undefined ? [] : [password]),
    ...(token === undefined ? [] : [token, ...decodedCredentials(token)]),
    ...(value.includes('@') ? credentialsInUrl(value) : []),
    ...(value.includes('://') ? secretsInUrl(value) : []),
    ...(value.includes('=') ? value.split(/[\s;,&]+/).flatMap((pair) => secretsInPair(pair, 'harmless')) : []),
    ...(lines.length > 1 ? lines.filter((line) => line.trim().length >= SHORTEST_INHERITED) : []),
    ...(json === undefined ? [] : secretsInBody(json, 'secret')),
  ]
}

/** The secrets in what stands behind `Basic`. */
function decodedCredentials(token: string): string[] {
  const pair = Buffer.from(token, 'base64').toString()
  return /^[\x20-\x7e]+:[\x20-\x7e]*$/.test(pair) ? secretsInCredentials(pair) : []
}

const FILE = /^[\w.-]+\.(py|m?[jt]s|json|ya?ml|toml|gguf|bin|safetensors|jinja|sh|txt|log|sock|model|pem|crt)$/i

/**
 * A path is absolute, relative, a file, or `owner/name`. Of any other text with slashes nobody knows whether it is one or a key in
 * base64.
 */
function isPath(value: string): boolean {
  return /^(\/|\.{1,2}\/|~\/)/.test(value) || /^[\w.-]+\/[\w.-]+(:[\w.-]+)?$/.test(value) || FILE.test(value)
}

/** A part of a URL as it is written, and decoded. */
function alternatives(text: string): string[] {
  try {
    return [...new Set([text, decodeURIComponent(text), decodeURIComponent(text.replaceAll('+', ' '))])]
  } catch {
    return [text]
  }
}

function split(text: string, separator: string): [before: string, after: string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}

function parseJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
