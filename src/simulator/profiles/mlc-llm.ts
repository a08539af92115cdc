import type { EngineProfile } from '../profile.ts'
import { CONTEXT_TOKENS, INGRESS_MS, kvReadTokenMs, weightReadMs } from './hardware.ts'

/**
 * mlc-llm 0.1.dev1166 with q4f16_1 weights (4.22 GB), compiled kernels per batch size, at most 48 sequences.
 *
 * Before the fit stood: 2 to 8 ms per iteration (logits to the host, sampling on the CPU), 3 to 20 ms more with a
 * prefill, 0.02 to 0.4 ms per sequence, 1 to 1.6 for re-reading weights by group, 18 to 34 ms for the tiled product and
 * 0.14 to 0.22 ms per prompt token (dense fp16 has 0.2216; the tables ask for less).
 */
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
    iterationMs: 4.25,
    prefillMs: 9.45,
    sequenceMs: 0.102,
    kvReadTokenMs: kvReadTokenMs(1.85),
    linear: {
      kind: 'low-batch',
      weightReadMs: weightReadMs(4.22),
      groupFactor: 1.31,
      groupRows: 4,
      lowBatchRows: 8,
      tiledMs: 25,
      prefillTokenMs: 0.17,
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
    // Published is that 48 sequences run and that 64 die of an allocation of 99,121,664 bytes. Taken for two sequences'
    // worth, with what 24 GiB leave beside 4.5 GB of weights, 16.6 GB of cache and the CUDA context, 56 fit: a guess.
    workspace: { freeBytes: 2_800_000_000, bytesPerSequence: 49_560_832 },
  },
  slowdown: 1,
  speedNoise: null,
}

/** With a batch cap of 64, at which the published server died: this one does too, as soon as 57 sequences run. */
export const mlcBatch64: EngineProfile = {
  ...mlcW4a16,
  variant: 'w4a16-batch64',
  scheduler: { ...mlcW4a16.scheduler, maxSequences: 64 },
}
