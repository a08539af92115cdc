import { proxyVariable } from './proxy.ts'
import type { TransportFailure } from './transport.ts'

/** What an error of undici or of a socket means to the reader of a report. */
export interface NetworkError {
  readonly kind: TransportFailure
  /** Says to which host and port, and what to check. */
  readonly message: string
}

/** The proxy, and not the server, is why no connection came about: the status with which it refused, or why it was not reached. */
export class ProxyError extends Error {
  readonly proxy: URL
  readonly status: number | null

  constructor(proxy: URL, reason: Error | number) {
    super('no way through the proxy', typeof reason === 'number' ? {} : { cause: reason })
    this.proxy = proxy
    this.status = typeof reason === 'number' ? reason : null
  }
}

/** Explains why no connection to `url` came about, or (`sent`) why it broke before the answer had ended. */
export function explainNetworkError(error: Error, url: URL, sent: boolean): NetworkError {
  if (error instanceof ProxyError) return connect(explainProxy(error, url))
  const code = codeOf(error)
  const where = placeOf(url)
  if (isTls(code)) {
    const remedy = WANTS_CERTIFICATE.test(code)
      ? 'It wants another client certificate: give `tls: { cert, key }`.'
      : "Check its certificate, or the URL's scheme."
    return { kind: 'tls', message: `no TLS session with ${where} (${code}). ${remedy}` }
  }
  if (sent) return { kind: 'truncated', message: `the connection to ${where} broke before the end (${reason(error)}).` }
  switch (code) {
    case 'UND_ERR_INVALID_ARG':
      return connect(`the request cannot be written: ${error.message}.`)
    case 'ECONNREFUSED':
      return connect(`${where} refused the connection (${code}). Is the server running, and on this port?`)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return connect(`${url.hostname} has no address (${code}). Check the host name in the URL.`)
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return connect(`${where} did not take the connection in time (${code}). Check the address and any firewall.`)
    default:
      return connect(`no connection to ${where} (${reason(error)}). Check the URL and the network.`)
  }
}

function explainProxy({ proxy, status, cause }: ProxyError, url: URL): string {
  const variable = proxyVariable(url)
  const direct = `or name ${url.hostname} in NO_PROXY to go there without it`
  if (status === 407) {
    return `the proxy ${placeOf(proxy)} wants other credentials (HTTP 407). Write them into ${variable} as http://user:password@host:port, ${direct}.`
  }
  if (status !== null) {
    return `the proxy ${placeOf(proxy)} refuses to connect to ${placeOf(url)} (HTTP ${status}). Ask those who run it, ${direct}.`
  }
  return `the proxy ${placeOf(proxy)} cannot be reached (${reason(cause as Error)}). Check ${variable}, ${direct}.`
}

function placeOf({ hostname, port, protocol }: URL): string {
  return `${hostname}:${port === '' ? (protocol === 'https:' ? 443 : 80) : port}`
}

/** What OpenSSL says where the server wants a certificate of the client, in TLS 1.3 and before. */
const WANTS_CERTIFICATE = /CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE|HANDSHAKE_FAILURE|UNKNOWN_CA/

function connect(message: string): NetworkError {
  return { kind: 'connect', message }
}

/** Node and OpenSSL name their certificate and handshake errors with these beginnings. */
function isTls(code: string): boolean {
  return /^(ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_)/.test(code)
}

function reason(error: Error): string {
  return [error.message, codeOf(error)].filter((part) => part !== '').join(', ')
}

/** An AggregateError of several addresses carries the code, too. */
function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
