import type { PerSecond } from './units.ts'

/** A request rate in words: `8 req/s`; `all at once` for Infinity and for null, by which a report writes it. */
export function rateText(requestRate: PerSecond | null): string {
  return isAllAtOnce(requestRate) ? 'all at once' : `${requestRate} req/s`
}

/** What is under that load, in words: `vllm awq @ 8 req/s`, `vllm, all at once`. */
export function atRate(label: string, requestRate: PerSecond | null): string {
  return isAllAtOnce(requestRate) ? `${label}, all at once` : `${label} @ ${rateText(requestRate)}`
}

function isAllAtOnce(requestRate: PerSecond | null): boolean {
  return requestRate === null || requestRate === Infinity
}
