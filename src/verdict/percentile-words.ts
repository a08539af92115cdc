import { clopperPearson } from '../stats/clopper-pearson.ts'
import { requestsForPercentile } from '../stats/min-requests.ts'
import type { Ms } from '../base/units.ts'

interface Stated {
  /** 99 for P99. */
  readonly percentile: number
  readonly limit: Ms
  readonly confidence: number
}

/** As `judgePercentile` found it: requests over the limit, and the shares over it that this allows. */
interface Found {
  readonly verdict: 'pass' | 'fail' | 'inconclusive'
  readonly over: number
  readonly total: number
  readonly effectiveTotal: number
  readonly upper: number
  readonly lower: number
}

/** What was seen, what it shows, and how many requests would settle it, without the objective itself. */
export function percentileEvidence({ percentile, limit, confidence }: Stated, found: Found): string {
  const { verdict, over, total, effectiveTotal, upper, lower } = found
  const clustered = total > effectiveTotal
  const worth = clustered ? ` (worth ${counted(effectiveTotal)}${verdict === 'pass' ? ' independent' : ''})` : ''
  const line = `${over} of ${total} over${worth}`
  const allowed = (100 - percentile) / 100
  const sure = `${digits(confidence * 100, 4)}% sure`
  if (verdict === 'pass') return `${line}: at most ${percent(upper, allowed)} exceed it, ${sure}`
  if (verdict === 'fail') return `${line}: at least ${percent(lower, allowed)} exceed it, ${sure}`

  const needed = requestsForPercentile(percentile / 100, 0, confidence)
  const settling = requestsToPass(allowed, confidence, found)
  if (total >= needed) return `${line}: up to ${percent(upper, allowed)} may exceed it; ${settlingText(settling)}`
  const shown = Math.floor((1 - upper) * 100)
  const floor = shown > 0 ? `P${shown} < ${limit} ms, ${sure}` : `up to ${percent(upper, allowed)} may exceed it`
  const more = over > 0 || clustered ? `; ${settlingText(settling)}` : ''
  return `${line}: ${total} requests cannot show a P${percentile} (needs ${needed}); ${floor}${more}`
}

/** Beyond it nobody measures. */
const MOST_REQUESTS = 1e7

/**
 * The requests in all with which the objective would pass if `over / total` and the design effect stayed as they are;
 * null when no number would.
 */
function requestsToPass(allowed: number, confidence: number, { over, total, effectiveTotal }: Found): number | null {
  if (over / total >= allowed) return null
  const passes = (requests: number): boolean => {
    const effective = (requests * effectiveTotal) / total
    return clopperPearson((effective * over) / total, effective, confidence).upper <= allowed
  }
  let low = total
  let high = total * 2
  while (high < MOST_REQUESTS && !passes(high)) {
    low = high
    high *= 2
  }
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (passes(middle)) high = middle
    else low = middle
  }
  return high
}

function settlingText(requests: number | null): string {
  if (requests === null) return 'more requests would never pass it at this rate'
  // To three digits, upwards: the estimate is no better.
  const step = 10 ** Math.max(0, Math.floor(Math.log10(requests)) - 2)
  return requests >= MOST_REQUESTS
    ? `over ${counted(MOST_REQUESTS)} requests would settle it at this rate`
    : `about ${counted(Math.ceil(requests / step) * step)} requests would settle it at this rate`
}

function counted(value: number): string {
  return (value < 10 ? Number(value.toFixed(1)) : Math.floor(value)).toLocaleString('en-US')
}

/** Two digits, unless they would make a bound look like the share it is compared with. */
function percent(share: number, allowed: number): string {
  const short = digits(share * 100, 2)
  return `${short === digits(allowed * 100, 4) ? digits(share * 100, 4) : short}%`
}

function digits(value: number, count: number): string {
  return String(Number(value.toPrecision(count)))
}
