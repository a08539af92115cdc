import type { Slo } from '../src/index.ts'

/**
 * What a person in front of a chat window takes for granted: the answer starts within 0.4 s, text flows faster than
 * anybody reads, and nothing fails. TPOT of the study's vLLM at 5 requests/s has its P90 at 97 ms.
 */
export const interactive: Slo = { ttft: { p99: 400 }, tpot: { p90: 110 }, errorRate: 0 }
