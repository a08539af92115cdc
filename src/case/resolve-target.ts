import { BenchError } from '../base/errors.ts'
import { shownUrl } from '../base/secrets.ts'
import { isAtUrl, targetLabel, type Connection, type Target, type UrlTarget } from '../frameworks/target.ts'
import { atUrl, withCommonKey, withProxies } from '../frameworks/at-url.ts'
import { emptyVariable, type Variables } from './variables.ts'

/**
 * Where the load of a target goes. `VLLM_URL` and its like go before all that code says of it: a `url`, a `launch`, a
 * simulation. LLM_BENCH_MODEL names the model of every target at a URL. LLM_BENCH_API_KEY is for those without credentials of
 * their own, so that nobody's key goes to a server of somebody else. HTTPS_PROXY and its like say what is on the way.
 *
 * BenchError `bad-target` where LLM_BENCH_SIMULATE=0 forbids the simulation, `bad-variable` for an empty URL.
 */
export function resolveTarget(target: Target, variables: Variables): Target {
  const { urlVariable } = target.server
  const url = variables.urls[urlVariable]
  if (url?.trim() === '') throw emptyVariable(urlVariable)
  const there = url === undefined ? target : moved(target, url)
  if (!isAtUrl(there)) return mayBeSimulated(there, variables)
  const routed = withProxies(there, variables.proxies)
  const keyed = variables.apiKey === null ? routed : withCommonKey(routed, variables.apiKey)
  return { ...keyed, model: variables.model ?? there.model, secrets: [...new Set(keyed.secrets)] }
}

const NO_CONNECTION: Connection = { apiKey: null, headers: {}, tls: {}, metricsUrl: null }

/**
 * The same target at another URL. What code gave of the server that was there before (key, headers, certificates, the page of
 * its metrics) does not go along: it would be sent to a host that it was not meant for.
 */
function moved(target: Target, url: string): UrlTarget {
  const there = atUrl(target, url)
  const { endpoint } = target
  const isOfAnother =
    endpoint.kind === 'launch' || (endpoint.kind === 'url' && originOf(endpoint.url) !== originOf(there.endpoint.url))
  return isOfAnother ? atUrl({ ...target, connection: NO_CONNECTION }, url) : there
}

function originOf(url: string): string {
  return new URL(url).origin
}

function mayBeSimulated(target: Target, { simulate }: Variables): Target {
  if (target.endpoint.kind !== 'simulated' || simulate !== false) return target
  throw new BenchError(`${targetLabel(target)} would be simulated, and LLM_BENCH_SIMULATE=0 forbids that.`, {
    code: 'bad-target',
    remedy: `Set ${target.server.urlVariable} to a running server.`,
  })
}

/** A target as code gives it, and where its load goes. */
export interface ResolvedTarget {
  readonly given: Target
  readonly target: Target
}

/** Whether the loads of both go to the same server. */
export function isOneServer(a: Target, b: Target): boolean {
  return isAtUrl(a) && isAtUrl(b) && addressOf(a) === addressOf(b)
}

/**
 * BenchError `bad-target` where a variable makes one of two targets that differ in code: each would be reported under its own
 * name, with the numbers of the same server.
 */
export function refuseMerged(a: ResolvedTarget, b: ResolvedTarget, variables: Variables): void {
  if (a.given.framework !== b.given.framework || !isOneServer(a.target, b.target)) return
  const variable = mergedBy(a.given, b.given, variables)
  if (variable === null) return
  throw new BenchError(`${variable} makes one of two targets: ${described(a.given)}, and ${described(b.given)}.`, {
    code: 'bad-target',
    remedy: `Unset ${variable} and give each its own \`url\` or \`model\` in code, or bench one of them at a time (\`-t\`).`,
  })
}

/** Remembers the targets of a bench file, and refuses one that a variable makes the same as another (`refuseMerged`). */
export function createMergeCheck(): (resolved: ResolvedTarget, variables: Variables) => void {
  const seen: ResolvedTarget[] = []
  return (resolved, variables) => {
    for (const other of seen) refuseMerged(other, resolved, variables)
    seen.push(resolved)
  }
}

function mergedBy(a: Target, b: Target, { urls, model }: Variables): string | null {
  const { urlVariable } = a.server
  if (urls[urlVariable] !== undefined && serverOf(a) !== serverOf(b)) return urlVariable
  return model !== null && a.model !== b.model ? 'LLM_BENCH_MODEL' : null
}

/** What tells servers apart in code. Two ways to ask one server (`endpoint`, `extraBody`) are one server. */
function serverOf({ server, variant, statedVersion, endpoint }: Target): string {
  const where = endpoint.kind === 'url' ? addressOf({ endpoint }) : endpoint
  return JSON.stringify([server.server, variant, statedVersion, where])
}

function addressOf({ endpoint: { url, query } }: Pick<UrlTarget, 'endpoint'>): string {
  return url + query
}

function described(target: Target): string {
  const { endpoint, model } = target
  const label = [targetLabel(target), ...(model === null ? [] : [model])].join(' ')
  switch (endpoint.kind) {
    case 'url':
      return `${label} at ${shownUrl(endpoint.url)}`
    case 'launch':
      return `${label}, launched`
    case 'simulated': {
      const { byDefault, profile } = endpoint
      if (byDefault) return `${label} without a URL`
      return `${label}, simulated${profile.slowdown === 1 ? '' : ` with slowdown ${profile.slowdown}`}`
    }
    case 'unset':
      return `${label} without a URL`
  }
}
