import type { Slo } from '../src/index.ts'

/**
 * What a person in front of a chat window takes for granted: the answer starts within 0.45 s, text flows faster than
 * anybody reads, and nothing fails. The study saw P99 TTFT of 371 ms and P90 TPOT of 97 ms from vLLM at 5 requests/s.
 */
export const interactive: Slo = { ttft: { p99: 450 }, tpot: { p90: 110 }, errorRate: 0 }
