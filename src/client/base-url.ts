import { BenchError } from '../errors.ts'
import { withoutCredentials } from '../redact.ts'

/** The URL of a server, maybe with a path. Throws BenchError `bad-target` when it is none, or neither http nor https. */
export function parseBaseUrl(text: string): URL {
  const url = URL.parse(text)
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url
  throw new BenchError(`"${withoutCredentials(text)}" is not the URL of a server.`, {
    code: 'bad-target',
    remedy: 'Write it like http://localhost:8000.',
  })
}
