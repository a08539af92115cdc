import type { EngineProfile } from '../profile.ts'
import { CONTEXT_TOKENS, INGRESS_MS, kvReadTokenMs, PAGED_ATTENTION_FACTOR, weightReadMs } from './hardware.ts'

/** mlc-llm 0.1.dev1166 with q4f16_1 weights (4.22 GB), compiled kernels per batch size, at most 48 sequences. */
export const mlcW4a16: EngineProfile = {
  framework: 'mlc-llm',
  version: '0.1.dev1166',
  variant: 'w4a16',
  model: 'dist/Meta-Llama-3-8B-Instruct-q4f16_1-MLC',
  estimate: false,
  contextTokens: CONTEXT_TOKENS,
  chatTemplateTokens: 27,
  eosHazard: 5.6e-4,
  ingress: { requestMs: INGRESS_MS, perRunningMs: 0, pollMs: null },
  cost: {
    iterationMs: 4.55,
    prefillMs: 8.44,
    sequenceMs: 0.098,
    kvReadTokenMs: kvReadTokenMs(PAGED_ATTENTION_FACTOR),
    linear: {
      kind: 'low-batch',
      weightReadMs: weightReadMs(4.22),
      groupFactor: 1.23,
      groupRows: 4,
      lowBatchRows: 8,
      tiledMs: 25,
      prefillTokenMs: 0.174,
    },
    overlapSharpness: null,
  },
  scheduler: {
    policy: 'prefill-first',
    maxSequences: 48,
    maxBatchedTokens: 8192,
    blockTokens: 16,
    // 126,754 tokens
    blocks: 7922,
    watermark: 0,
    reservation: 'grow',
  },
  slowdown: 1,
  speedNoise: null,
}
