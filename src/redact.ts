/** Names of headers, variables and flags whose values are credentials. */
const SECRET_NAME = /^(authorization|proxy-authorization|cookie)$|(token|secret|password|keys?)$/i

const MASK = '***'

/**
 * A function that takes the credentials of these request headers out of a text: the whole value, and what follows its
 * scheme (`Bearer`, `Basic`). A server may send back what it was sent, and its words stand in every report.
 */
export function redactor(headers: Readonly<Record<string, string>>): (text: string) => string {
  return masker(credentialsIn(headers))
}

/** The values whose names say that they are credentials, whole and without their scheme. */
export function credentialsIn(named: Readonly<Record<string, string>>): string[] {
  return Object.entries(named).flatMap(([name, value]) =>
    SECRET_NAME.test(name) ? [value, ...value.split(' ').slice(1)] : [],
  )
}

/** A function that takes these secrets out of a text, the longest first. */
export function masker(secrets: readonly string[]): (text: string) => string {
  const longestFirst = secrets.filter((secret) => secret !== '').sort((a, b) => b.length - a.length)
  return (text) => longestFirst.reduce((rest, secret) => rest.replaceAll(secret, MASK), text)
}

/** A URL as it may be shown: without what stands before the `@`. Works on texts that are no URL, too. */
export function withoutCredentials(url: string): string {
  return url.replace(/(^|\/\/)[^/?#]*@/, `$1${MASK}@`)
}
