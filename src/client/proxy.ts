import { BlockList, isIP } from 'node:net'
import { BenchError } from '../base/errors.ts'
import { hostOf, portOf } from './base-url.ts'

/** Which servers are asked through a proxy, as an environment says it. */
export interface ProxyRules {
  /** For servers at http: URLs, from HTTP_PROXY: the proxy's URL, maybe with credentials. Null for none. */
  readonly http: string | null
  /** For those at https: URLs, from HTTPS_PROXY. */
  readonly https: string | null
  /** Servers that are asked directly, from NO_PROXY: hosts, domains, networks, each maybe with a port; `*` for all. */
  readonly none: readonly string[]
}

export const NO_PROXIES: ProxyRules = { http: null, https: null, none: [] }

/**
 * Reads HTTPS_PROXY, HTTP_PROXY and NO_PROXY; of each, the name in small letters goes before the one in capitals, and an empty text
 * is none. Throws BenchError `bad-variable` for a proxy that is none of HTTP's.
 */
export function readProxyRules(env: Readonly<Record<string, string | undefined>>): ProxyRules {
  const read = (name: string): string => (env[name.toLowerCase()] ?? env[name] ?? '').trim()
  const proxy = (name: string): string | null => {
    const text = read(name)
    if (text === '') return null
    const url = URL.parse(text.includes('://') ? text : `http://${text}`)
    if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url.href
    throw new BenchError(`${name} is not the URL of an HTTP proxy.`, {
      code: 'bad-variable',
      remedy: 'Write it like http://proxy.example:3128, or unset it. SOCKS proxies are not supported.',
    })
  }
  return {
    http: proxy('HTTP_PROXY'),
    https: proxy('HTTPS_PROXY'),
    none: read('NO_PROXY')
      .split(/[\s,]+/)
      .filter((rule) => rule !== ''),
  }
}

/** The proxy through which a server is asked; null where it is asked directly. This machine itself always is. */
export function proxyFor(url: URL, { http, https, none }: ProxyRules): string | null {
  const proxy = url.protocol === 'https:' ? https : http
  // A full name may end with a dot.
  const host = hostOf(url).replace(/\.$/, '')
  if (proxy === null || isLoopback(host)) return null
  return none.some((rule) => covers(rule.toLowerCase(), host, portOf(url))) ? null : proxy
}

/** The variable that names the proxy of a server. */
export function proxyVariable({ protocol }: Pick<URL, 'protocol'>): 'HTTPS_PROXY' | 'HTTP_PROXY' {
  return protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8)
LOOPBACK.addAddress('0.0.0.0')
LOOPBACK.addAddress('::1', 'ipv6')
LOOPBACK.addAddress('::', 'ipv6')

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || contains(LOOPBACK, host)
}

/** `example.com` and `.example.com` cover the host and its subdomains, `10.0.0.0/8` a network. */
function covers(rule: string, host: string, port: number): boolean {
  if (rule === '*') return true
  const [, name = '', rulePort] = /^(.*?)(?::(\d+))?$/.exec(isIP(rule) === 6 ? `${rule}:${port}` : rule) ?? []
  if (rulePort !== undefined && Number(rulePort) !== port) return false
  const [address = '', bits] = name.replace(/^\[|\]$/g, '').split('/')
  const family = isIP(address)
  if (family === 0) {
    const domain = name.replace(/^\*?\.|\.$/g, '')
    return domain !== '' && (host === domain || host.endsWith(`.${domain}`))
  }
  const most = family === 6 ? 128 : 32
  const prefix = bits === undefined ? most : Number(bits)
  if (!(prefix >= 0 && prefix <= most)) return false
  const network = new BlockList()
  network.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4')
  return contains(network, host)
}

function contains(network: BlockList, host: string): boolean {
  const family = isIP(host)
  return family !== 0 && network.check(host, family === 6 ? 'ipv6' : 'ipv4')
}
