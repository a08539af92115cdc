import type { EngineProfile } from '../profile.ts'
import {
  bf16,
  CHAT_TEMPLATE_TOKENS,
  CONTEXT_TOKENS,
  INGRESS_MS,
  kvReadTokenMs,
  PAGED_ATTENTION_FACTOR,
} from './hardware.ts'

/**
 * lmdeploy 0.4.0: a C++ runtime (TurboMind) that overlaps host and GPU and mixes prefill with decode.
 *
 * Before the fit stood: 0.5 to 5 ms per iteration, 0.5 to 8 ms more with a prefill, 0.1 to 0.5 ms of overlapped host work
 * per sequence, 0.01 to 0.25 ms of streaming per running sequence before a new request is seen, and an overlap anywhere
 * between none (1) and complete.
 */
export const lmdeployBase: EngineProfile = {
  framework: 'lmdeploy',
  version: '0.4.0',
  variant: 'base',
  model: 'llama3',
  estimate: false,
  contextTokens: CONTEXT_TOKENS,
  chatTemplateTokens: CHAT_TEMPLATE_TOKENS,
  eosHazard: 3.2e-4,
  // Requests beyond the slots ask again every 100 ms: who asks first after a slot came free gets it.
  ingress: { requestMs: INGRESS_MS, perRunningMs: 0.0475, pollMs: 100 },
  cost: {
    iterationMs: 2.07,
    prefillMs: 1.84,
    sequenceMs: 0.26,
    kvReadTokenMs: kvReadTokenMs(PAGED_ATTENTION_FACTOR),
    linear: bf16,
    overlapSharpness: 2.31,
  },
  scheduler: {
    policy: 'mixed',
    maxSequences: 128,
    maxBatchedTokens: 8192,
    blockTokens: 64,
    blocks: 740,
    watermark: 0,
    reservation: 'grow',
  },
  slowdown: 1,
  speedNoise: null,
}

/** Keys and values in 8 bits: 1.88 times the blocks, 0.737 of the time to read them. */
export const lmdeployKvInt8: EngineProfile = {
  ...lmdeployBase,
  variant: 'kv-int8',
  cost: { ...lmdeployBase.cost, kvReadTokenMs: 0.737 * lmdeployBase.cost.kvReadTokenMs },
  scheduler: { ...lmdeployBase.scheduler, blocks: Math.round(1.88 * 740) },
}
