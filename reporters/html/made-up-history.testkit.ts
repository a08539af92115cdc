import type { CaseHistory } from '../../src/baseline/history-series.ts'

/** A case of three trials a version, TTFT P50 within 1 % of the given values; null for a version without it. */
export function madeUpHistory(ttfts: readonly (number | null)[], changes: Partial<CaseHistory> = {}): CaseHistory {
  return {
    case: 'serving > vllm',
    framework: 'vllm',
    variant: 'base',
    model: 'llama3',
    simulated: false,
    requestRate: 8,
    versions: ttfts.map((ttft, i) => ({
      version: `0.${i + 1}.0`,
      recordedAt: `2026-03-${String(i + 1).padStart(2, '0')}T00:00:00.000Z`,
      trials: [0.99, 1, 1.01].map((factor, seed) => ({
        seed,
        metrics: ttft === null ? {} : { 'ttft.p50': ttft * factor },
      })),
    })),
    ...changes,
  }
}
