import type { EngineProfile } from '../profile.ts'
import { bf16, CHAT_TEMPLATE_TOKENS, CONTEXT_TOKENS, INGRESS_MS, kvReadTokenMs } from './hardware.ts'

/**
 * TensorRT-LLM 0.9.0 behind Triton, an estimate: nobody published its table on this hardware. In-flight batching that
 * evicts nobody, the bandwidth and FLOP/s fitted for the others, keys and values read once, 2 ms for Triton.
 */
export const tensorrtLlmBase: EngineProfile = {
  framework: 'tensorrt-llm',
  version: '0.9.0',
  variant: 'base',
  model: 'ensemble',
  estimate: true,
  contextTokens: CONTEXT_TOKENS,
  chatTemplateTokens: CHAT_TEMPLATE_TOKENS,
  eosHazard: 3.2e-4,
  ingress: { requestMs: INGRESS_MS + 2, perRunningMs: 0, pollMs: null },
  cost: {
    iterationMs: 1,
    prefillMs: 2,
    sequenceMs: 0.1,
    kvReadTokenMs: kvReadTokenMs(1),
    linear: bf16,
    overlapSharpness: 2.31,
  },
  scheduler: {
    policy: 'mixed',
    maxSequences: 128,
    maxBatchedTokens: 8192,
    blockTokens: 64,
    blocks: 780,
    watermark: 0,
    reservation: 'worst-case',
  },
  slowdown: 1,
  speedNoise: null,
}
