import type { Slo } from '../src/index.ts'

/**
 * What a person in front of a chat window takes for granted: nine in ten answers start within 0.4 s and flow faster than
 * anybody reads, and nothing fails.
 *
 * P90, because the study sent 100 and 200 requests at its lowest rates, and a P99 takes at least 299.
 */
export const interactive: Slo = { ttft: { p90: 400 }, tpot: { p90: 130 }, errorRate: 0 }
