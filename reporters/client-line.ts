import type { CaseReport } from '../src/report.ts'
import { formatMs, formatShare } from './units.ts'

/**
 * How good the client was that measured these cases, the worst of each: how late it sent, what it added to the times, how busy its
 * threads were. Null where none of that is known, as in virtual time, which has no client.
 */
export function clientLine(cases: readonly CaseReport[]): string | null {
  const real = cases.filter(({ target }) => !target.simulated)
  // Under a cap of concurrency it is the cap that holds sends back.
  const uncapped = real.filter(({ load }) => load.maxConcurrency === null)
  const late = largest(uncapped.map(({ metrics }) => metrics.queueLateness?.p99 ?? null))
  const ttft = largest(real.map(({ validity }) => validity.client.calibration?.ttft.p99 ?? null))
  const itl = largest(real.map(({ validity }) => validity.client.calibration?.itl.p99 ?? null))
  const busy = largest(real.map(({ validity }) => validity.client.utilisation))
  const threads = largest(real.map(({ validity }) => validity.client.threads))
  const facts = [
    ...new Set(real.map(wayOf)),
    threads === null || threads === 1 ? null : `has up to ${threads} threads`,
    late === null ? null : `sends up to ${formatMs(late)} late (P99)`,
    ttft === null || itl === null
      ? null
      : `adds up to ${formatMs(ttft)} to TTFT and ${formatMs(itl)} to ITL (P99${beyondCalibration(real)})`,
    busy === null ? null : `is at work for up to ${formatShare(busy)} of the time`,
  ].filter((fact) => fact !== null)
  return facts.length === 0 ? null : `client: ${facts.join(', ')}`
}

/** Null for our own transport without a proxy, as nearly everywhere. */
function wayOf({ validity: { client, connections } }: CaseReport): string | null {
  if (client.transport !== 'undici') return null
  const version = (connections?.http2 ?? 0) > 0 ? 'HTTP/2' : 'HTTP/1.1'
  return `speaks ${version} by undici${client.proxy === undefined ? '' : ` through the proxy ${client.proxy}`}`
}

/** What of the way to the server no calibration measures, as the end of a sentence. */
export function beyondCalibration(runs: readonly CaseReport[]): string {
  const isProxied = runs.some(({ validity: { client } }) => client.proxy !== undefined)
  const isHttp2 = runs.some(({ validity: { connections } }) => (connections?.http2 ?? 0) > 0)
  return `${isHttp2 ? ', over HTTP/1.1' : ''}${isProxied ? ', without the proxy' : ''}`
}

/** Null where none is known. */
function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}
