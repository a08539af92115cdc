import { BenchError } from '../base/errors.ts'
import { masker } from '../base/mask.ts'
import { secretsInHeaders, secretsInUrl, shownUrl } from '../base/secrets.ts'
import type { Ms } from '../base/units.ts'
import { parseBaseUrl } from './base-url.ts'
import type { Route } from './create-transport.ts'
import { getOnce } from './get.ts'

/**
 * The JSON that a server answers to one GET. `path` may end with a query, which no error shows.
 *
 * Throws BenchError `bad-target` on a URL that is none, `server-unreachable` when no answer comes in time, `server-refused` when it is not 200 or no JSON.
 */
export async function getJson(
  route: Route,
  path: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: Ms,
): Promise<unknown> {
  const address = new URL(parseBaseUrl(route.url).href.replace(/\/+$/, '') + path)
  const got = await getOnce(route, path, headers, timeoutMs)
  if (got.kind === 'failure') {
    throw new BenchError(`GET ${shownUrl(address.href)} failed: ${got.problem}.`, {
      code: 'server-unreachable',
      remedy: 'Start the server, or correct the URL of the target.',
    })
  }
  const mask = masker([...secretsInHeaders(headers), ...secretsInUrl(address.href)])
  if (got.status !== 200) throw refused(address, got.status, mask(got.text))
  return parse(address, got.text, mask)
}

function refused(address: URL, statusCode: number, text: string): BenchError {
  const remedy =
    statusCode === 401 || statusCode === 403
      ? 'Give a key that this server accepts: `apiKey` in the target, or LLM_BENCH_API_KEY where the target has none.'
      : statusCode === 404
        ? 'Check the path in the URL of the target: it is the base, without /v1.'
        : "See the server's log."
  const excerpt = text.slice(0, 200).trim()
  return new BenchError(
    `GET ${shownUrl(address.href)} was answered with HTTP ${statusCode}${excerpt === '' ? '' : `: ${excerpt}`}.`,
    {
      code: 'server-refused',
      remedy,
    },
  )
}

function parse(address: URL, text: string, mask: (text: string) => string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own error quotes the text.
    throw new BenchError(
      `GET ${shownUrl(address.href)} was answered with something other than JSON: ${mask(text).slice(0, 200).trim()}`,
      {
        code: 'server-refused',
        remedy: 'Check that the URL of the target is that of the inference server.',
      },
    )
  }
}
