import { MS_PER_SECOND, type Ms, type PerSecond, type Tokens } from '../base/units.ts'

/** A Prometheus histogram: how many observations lie in each bucket, the last one without an upper bound. */
export interface Histogram {
  /** Upper bounds in seconds, ascending. */
  readonly bounds: readonly number[]
  /** Not cumulated; one more than there are bounds. */
  readonly counts: number[]
  /** Seconds. */
  sum: number
}

/** What a server has counted since it was started, as its `/metrics` and its log tell it. */
export interface ServerMetrics {
  promptTokens: Tokens
  generationTokens: Tokens
  iterations: number
  finished: number
  readonly ttft: Histogram
  /** One observation for each token after the first: the time since the token before it. */
  readonly tpot: Histogram
  readonly e2eLatency: Histogram
  /** Over the last full interval; 0 before it. */
  promptThroughput: PerSecond
  generationThroughput: PerSecond
  /** When that interval ended. */
  averagedAt: Ms
  /** Token counts at that time. */
  promptTokensThen: Tokens
  generationTokensThen: Tokens
}

/** vLLM 0.4.1, `engine/metrics.py`. */
const TTFT_BOUNDS = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]
const TPOT_BOUNDS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5]
const E2E_BOUNDS = [1, 2.5, 5, 10, 15, 20, 30, 40, 50, 60]

/** Between two lines of the log (vLLM 0.4.1). The averages of `/metrics` are renewed with each line. */
const INTERVAL: Ms = 10_000

export function createServerMetrics(): ServerMetrics {
  return {
    promptTokens: 0,
    generationTokens: 0,
    iterations: 0,
    finished: 0,
    ttft: histogram(TTFT_BOUNDS),
    tpot: histogram(TPOT_BOUNDS),
    e2eLatency: histogram(E2E_BOUNDS),
    promptThroughput: 0,
    generationThroughput: 0,
    averagedAt: 0,
    promptTokensThen: 0,
    generationTokensThen: 0,
  }
}

/** Counts one observation of `duration`. */
export function observe(into: Histogram, duration: Ms): void {
  const seconds = duration / MS_PER_SECOND
  let bucket = 0
  while (bucket < into.bounds.length && seconds > into.bounds[bucket]!) bucket++
  into.counts[bucket]!++
  into.sum += seconds
}

/**
 * Counts an iteration that ended at `now`. True where it is the first after the interval ran out: the throughputs have
 * been averaged anew, and a line is due in the log. A server without work steps not at all, and so logs nothing.
 */
export function countIteration(metrics: ServerMetrics, now: Ms): boolean {
  metrics.iterations++
  const elapsed = now - metrics.averagedAt
  if (elapsed <= INTERVAL) return false
  const perSecond = (tokens: Tokens): PerSecond => (tokens / elapsed) * MS_PER_SECOND
  metrics.promptThroughput = perSecond(metrics.promptTokens - metrics.promptTokensThen)
  metrics.generationThroughput = perSecond(metrics.generationTokens - metrics.generationTokensThen)
  metrics.averagedAt = now
  metrics.promptTokensThen = metrics.promptTokens
  metrics.generationTokensThen = metrics.generationTokens
  return true
}

function histogram(bounds: readonly number[]): Histogram {
  return { bounds, counts: Array<number>(bounds.length + 1).fill(0), sum: 0 }
}
