import { basicAuthorization, parseBaseUrl } from '../client/base-url.ts'
import type { Route } from '../client/create-transport.ts'
import { NO_PROXIES, proxyFor, type ProxyRules } from '../client/proxy.ts'
import { confidenceOf } from '../base/harmless.ts'
import { secretsInHeaders, secretsInUrl } from '../base/secrets.ts'
import type { Connection, Target, UrlEndpoint, UrlTarget } from './target.ts'

/** The same target at a running server. Of its version nothing is known but what was stated, until the server tells it. */
export function atUrl(target: Target, url: string): UrlTarget {
  return {
    ...target,
    version: target.statedVersion,
    endpoint: urlEndpoint(url, target.connection),
    secrets: [...target.secrets, ...secretsInUrl(url)],
  }
}

/**
 * The same target with a key that stands for all targets, unless it has credentials of its own: an `apiKey` (an empty one
 * wants none), a user in its URL, or a header whose name says that its value is a secret.
 */
export function withCommonKey(target: UrlTarget, key: string): UrlTarget {
  const { endpoint, connection } = target
  const hasOwn = Object.keys(endpoint.headers).some((name) => confidenceOf(name, 'header') === 'secret')
  if (connection.apiKey !== null || hasOwn) return target
  const headers = { ...endpoint.headers, authorization: `Bearer ${key}` }
  return { ...target, endpoint: { ...endpoint, headers }, secrets: [...target.secrets, ...secretsInHeaders(headers)] }
}

/** The same target, asked through the proxies that an environment names. Their credentials are secrets of the target. */
export function withProxies(target: UrlTarget, proxies: ProxyRules): UrlTarget {
  const secrets = [proxies.http, proxies.https].flatMap((proxy) => (proxy === null ? [] : secretsInUrl(proxy)))
  return { ...target, endpoint: { ...target.endpoint, proxies }, secrets: [...target.secrets, ...secrets] }
}

/** The way to a server, or to another URL of its host. */
export function routeTo({ url: own, tls, proxies }: UrlEndpoint, url: string = own): Route {
  return { url, tls, proxy: proxyFor(new URL(url), proxies) }
}

/** A running server by its base URL: its credentials go into a header, its query behind every path. */
export function urlEndpoint(url: string, { apiKey, headers, tls }: Connection): UrlTarget['endpoint'] {
  const parsed = parseBaseUrl(url)
  const authorization = bearer(parsed, apiKey)
  const query = parsed.search
  parsed.username = ''
  parsed.password = ''
  parsed.search = ''
  return {
    kind: 'url',
    // `/v1` is part of every path a recipe names; people paste it with the base URL.
    url: parsed.href.replace(/\/+$/, '').replace(/\/v1$/, ''),
    query,
    headers: authorization === null ? headers : { ...withoutAuthorization(headers), authorization },
    tls,
    proxies: NO_PROXIES,
  }
}

/** A request with two of them is refused by some servers, and by others read as one likes. */
function withoutAuthorization(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'))
}

function bearer(url: URL, apiKey: string | null): string | null {
  return apiKey !== null && apiKey !== '' ? `Bearer ${apiKey}` : basicAuthorization(url)
}
