import type { EngineProfile } from '../profile.ts'
import {
  bf16,
  CHAT_TEMPLATE_TOKENS,
  CONTEXT_TOKENS,
  INGRESS_MS,
  kvReadTokenMs,
  PAGED_ATTENTION_FACTOR,
  weightReadMs,
} from './hardware.ts'

/** vLLM 0.4.1: a serial Python host in front of every step, prefill first, no mixing. */
export const vllmBase: EngineProfile = {
  framework: 'vllm',
  version: '0.4.1',
  variant: 'base',
  model: 'meta-llama/Meta-Llama-3-8B-Instruct',
  estimate: false,
  contextTokens: CONTEXT_TOKENS,
  chatTemplateTokens: CHAT_TEMPLATE_TOKENS,
  // The published runs went to max_tokens.
  eosHazard: 0,
  ingress: { requestMs: INGRESS_MS, perRunningMs: 0.234, pollMs: null },
  cost: {
    iterationMs: 0.62,
    prefillMs: 2.8,
    sequenceMs: 0.276,
    kvReadTokenMs: kvReadTokenMs(PAGED_ATTENTION_FACTOR),
    linear: bf16,
    overlapSharpness: null,
  },
  scheduler: {
    policy: 'prefill-first',
    maxSequences: 256,
    maxBatchedTokens: 8192,
    blockTokens: 16,
    blocks: 2358,
    watermark: 0.01,
    reservation: 'grow',
  },
  slowdown: 1,
  speedNoise: null,
}

/** The flash-attention backend: no gain, as published. */
export const vllmFlashAttention: EngineProfile = {
  ...vllmBase,
  variant: 'flash-attn',
  cost: { ...vllmBase.cost, kvReadTokenMs: 1.04 * vllmBase.cost.kvReadTokenMs },
}

/** AWQ weights, 5.3 GB: far more room for the KV cache, and a slow kernel. */
export const vllmAwq: EngineProfile = {
  ...vllmBase,
  variant: 'awq',
  cost: {
    ...vllmBase.cost,
    linear: {
      kind: 'fused-4bit',
      weightReadMs: weightReadMs(5.3),
      fusedTokenMs: 0.437,
      fusedRows: 256,
      dequantiseMs: 24.8,
      dense: bf16,
    },
  },
  scheduler: { ...vllmBase.scheduler, blocks: 7270 },
}
