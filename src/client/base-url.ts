import { BenchError } from '../base/errors.ts'
import { shownUrl } from '../base/secrets.ts'

/**
 * The URL of a server, maybe with a path and a query. Throws BenchError `bad-target` when it is none, or neither http nor
 * https, and when it has a fragment, which no server would ever see.
 */
export function parseBaseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new BenchError(`"${shownUrl(text)}" is not the URL of a server.`, {
      code: 'bad-target',
      remedy: 'Write it like http://localhost:8000.',
    })
  }
  if (url.hash === '') return url
  throw new BenchError(`The URL ${shownUrl(text)} has a fragment (#...), which is never sent to a server.`, {
    code: 'bad-target',
    remedy: 'Leave it out, or write %23 for a # in the path or the query.',
  })
}

/** The header of the user and the password in a URL; null without. Throws BenchError `bad-target` where they are not encoded. */
export function basicAuthorization(url: URL): string | null {
  if (url.username === '' && url.password === '') return null
  try {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
    return `Basic ${Buffer.from(pair).toString('base64')}`
  } catch {
    throw new BenchError(`The credentials in the URL of ${url.host} are not percent-encoded.`, {
      code: 'bad-target',
      remedy: 'Write %25 for a % in them, or give them as a header.',
    })
  }
}

/** The host of a URL, of IPv6 without its brackets: what a socket is told. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '')
}

/** The port of a URL of http or https. */
export function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}
