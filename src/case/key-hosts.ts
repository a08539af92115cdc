import type { Target } from '../frameworks/target.ts'

/**
 * Says to which hosts the one key of the environment goes, once there are several in a bench file: whoever set it may have
 * thought of one. Returns the line, or null where there is nothing new to say.
 */
export function createKeyHosts(): (target: Target, key: string | null) => string | null {
  const hosts = new Set<string>()
  return ({ endpoint }, key) => {
    if (key === null || endpoint.kind !== 'url' || endpoint.headers['authorization'] !== `Bearer ${key}`) return null
    const { hostname } = new URL(endpoint.url)
    if (hosts.has(hostname)) return null
    hosts.add(hostname)
    if (hosts.size === 1) return null
    return `LLM_BENCH_API_KEY is sent to ${[...hosts].join(' and to ')}. A target with an apiKey of its own does not get it; an empty one sends none.`
  }
}
