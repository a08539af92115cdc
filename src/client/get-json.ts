import { Agent, request } from 'undici'
import { BenchError } from '../base/errors.ts'
import { masker } from '../base/mask.ts'
import { secretsInHeaders, secretsInUrl, shownUrl } from '../base/secrets.ts'
import type { Ms } from '../base/units.ts'
import { parseBaseUrl } from './base-url.ts'
import { explainNetworkError } from './network-error.ts'
import type { TlsOptions } from './tls.ts'

/**
 * The JSON that `url` + `path` answers to one GET. Not for anything timed. `path` may end with a query, which no error shows.
 *
 * Throws BenchError `bad-target` on a URL that is none, `server-unreachable` when no answer comes in time, `server-refused` when it is not 200 or no JSON.
 */
export async function getJson(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: Ms,
  tls: TlsOptions = {},
): Promise<unknown> {
  const address = new URL(parseBaseUrl(url).href.replace(/\/+$/, '') + path)
  const dispatcher = new Agent({ allowH2: false, connect: { ...tls, timeout: timeoutMs } })
  try {
    const { statusCode, text } = await get(address, headers, timeoutMs, dispatcher)
    const mask = masker([...secretsInHeaders(headers), ...secretsInUrl(address.href)])
    if (statusCode !== 200) throw refused(address, statusCode, mask(text))
    return parse(address, text, mask)
  } finally {
    await dispatcher.destroy()
  }
}

async function get(
  address: URL,
  headers: Readonly<Record<string, string>>,
  timeoutMs: Ms,
  dispatcher: Agent,
): Promise<{ statusCode: number; text: string }> {
  const signal = AbortSignal.timeout(timeoutMs)
  try {
    const { statusCode, body } = await request(address, { headers: { ...headers }, dispatcher, signal })
    return { statusCode, text: await body.text() }
  } catch (cause) {
    const why = signal.aborted
      ? `no answer within ${timeoutMs} ms.`
      : explainNetworkError(cause as Error, address, false).message
    throw new BenchError(`GET ${shownUrl(address.href)} failed: ${why}`, {
      code: 'server-unreachable',
      remedy: 'Start the server, or correct the URL of the target.',
      cause,
    })
  }
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
