/** Header names whose values are credentials. */
const SECRET_HEADER = /^(authorization|proxy-authorization|cookie|x-api-key|api-key)$|(token|secret|key)$/i

const MASK = '***'

/**
 * A function that takes the credentials of these request headers out of a text: the whole value, and what follows its
 * scheme (`Bearer`, `Basic`). A server may send back what it was sent, and its words stand in every report.
 */
export function redactor(headers: Readonly<Record<string, string>>): (text: string) => string {
  const values = Object.entries(headers).flatMap(([name, value]) => (SECRET_HEADER.test(name) ? [value] : []))
  const secrets = values
    .flatMap((value) => [value, ...value.split(' ').slice(1)])
    .filter((secret) => secret !== '')
    .sort((a, b) => b.length - a.length)
  return (text) => secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), text)
}

/** A URL as it may be shown: without what stands before the `@`. Works on texts that are no URL, too. */
export function withoutCredentials(url: string): string {
  return url.replace(/\/\/[^/?#]*@/, `//${MASK}@`)
}
