import type { TransportFailure } from './transport.ts'

/** What an error of undici or of a socket means to the reader of a report. */
export interface NetworkError {
  readonly kind: TransportFailure
  /** Says to which host and port, and what to check. */
  readonly message: string
}

/** Explains why no connection to `url` came about, or (`sent`) why it broke before the answer had ended. */
export function explainNetworkError(error: Error, url: URL, sent: boolean): NetworkError {
  const code = codeOf(error)
  const where = `${url.hostname}:${url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : url.port}`
  if (isTls(code)) {
    return {
      kind: 'tls',
      message: `no TLS session with ${where} (${code}). Check its certificate, or the URL's scheme.`,
    }
  }
  if (sent) return { kind: 'truncated', message: `the connection to ${where} broke before the end (${reason(error)}).` }
  switch (code) {
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
