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
import { lmdeployBase } from './lmdeploy.ts'

/**
 * vLLM 0.4.1: a serial Python host in front of every step, prefill first, no mixing.
 *
 * Before the fit stood: host work of 0.15 to 0.5 ms per sequence, the order of magnitude of scheduling, sampling and
 * detokenising in Python; 0.05 to 0.6 ms of streaming per running sequence in the event loop that also lets requests in;
 * 0.2 to 3 ms per iteration and 0.5 to 8 ms more with a prefill (no CUDA graph).
 */
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
  ingress: { requestMs: INGRESS_MS, perRunningMs: 0.217, pollMs: null },
  cost: {
    iterationMs: 0.684,
    prefillMs: 2.89,
    sequenceMs: 0.294,
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

/**
 * AWQ weights, 5.3 GB: far more room for the KV cache, and a slow kernel. Before the fit stood: 0.35 to 0.52 ms per row
 * in the fused kernel (about twice the dense path's), 15 to 40 ms to de-quantise 32 layers.
 */
export const vllmAwq: EngineProfile = {
  ...vllmBase,
  variant: 'awq',
  cost: {
    ...vllmBase.cost,
    linear: {
      kind: 'fused-4bit',
      weightReadMs: weightReadMs(5.3),
      fusedTokenMs: 0.431,
      fusedRows: 256,
      dequantiseMs: 24.1,
      dense: bf16,
    },
  },
  scheduler: { ...vllmBase.scheduler, blocks: 7270 },
}

/**
 * The scheduler of current vLLM (V1): chunked prefill, without prefix cache. An estimate: nothing published stands behind
 * it. Bandwidth, FLOP/s, ingress and blocks are those fitted for 0.4.1; its host works beside the GPU as TurboMind's does
 * and is given its costs; keys and values are read once (flash attention). 2048 tokens and 256 sequences are the defaults
 * on a card of 24 GiB.
 */
export const vllmChunkedPrefill: EngineProfile = {
  ...vllmBase,
  version: 'V1 scheduler',
  variant: 'chunked-prefill',
  estimate: true,
  ingress: { ...lmdeployBase.ingress, pollMs: null },
  cost: { ...lmdeployBase.cost, kvReadTokenMs: kvReadTokenMs(1) },
  scheduler: { ...vllmBase.scheduler, policy: 'chunked-prefill', maxBatchedTokens: 2048, watermark: 0 },
}
