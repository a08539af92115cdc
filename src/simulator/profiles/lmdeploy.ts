import type { EngineProfile } from '../profile.ts'
import {
  bf16,
  CHAT_TEMPLATE_TOKENS,
  CONTEXT_TOKENS,
  INGRESS_MS,
  kvReadTokenMs,
  PAGED_ATTENTION_FACTOR,
} from './hardware.ts'

/** lmdeploy 0.4.0: a C++ runtime (TurboMind) that overlaps host and GPU and mixes prefill with decode. */
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
  ingress: { requestMs: INGRESS_MS, perRunningMs: 0, pollMs: 100 },
  cost: {
    iterationMs: 1.89,
    prefillMs: 2.03,
    sequenceMs: 0.276,
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

/** Keys and values in 8 bits: 1.88 times the blocks, 0.7 of the time to read them. */
export const lmdeployKvInt8: EngineProfile = {
  ...lmdeployBase,
  variant: 'kv-int8',
  cost: { ...lmdeployBase.cost, kvReadTokenMs: 0.7 * lmdeployBase.cost.kvReadTokenMs },
  scheduler: { ...lmdeployBase.scheduler, blocks: Math.round(1.88 * 740) },
}
