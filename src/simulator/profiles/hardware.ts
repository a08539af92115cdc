import type { Ms } from '../../base/units.ts'
import type { Dense } from '../profile.ts'

/**
 * Meta-Llama-3-8B on one NVIDIA RTX 3090, fitted to published tables of vLLM 0.4.1, lmdeploy 0.4.0 and mlc-llm
 * (May 2024) by studies/fit-published.ts. Before the fit stood: 0.80 to 0.92 of 936 GB/s for achieved bandwidth, 54 to
 * 69 TFLOPS for dense fp16 with fp32 accumulation (peak 71), 1 to 2.5 times the KV bytes, 3 to 15 % above 8 rows.
 */
const BYTES_PER_MS = 0.865 * 936e6
const FLOP_PER_MS = 63e9
/** Body and output layer, without the embedding. */
const LINEAR_PARAMETERS = 6.98e9
/** 2 (key, value) x 32 layers x 8 KV heads x 128 x 2 bytes. */
const KV_BYTES_PER_TOKEN = 131_072

/** Time to read `gigabytes` of weights once. */
export const weightReadMs = (gigabytes: number): Ms => (gigabytes * 1e9) / BYTES_PER_MS

/** Time to read one token's keys and values, `factor` times over: paged attention of the time re-read them 1.81 times. */
export const kvReadTokenMs = (factor: number): Ms => (factor * KV_BYTES_PER_TOKEN) / BYTES_PER_MS

export const PAGED_ATTENTION_FACTOR = 1.81

/** bf16 weights, 15.01 GB. */
export const bf16: Dense = {
  kind: 'dense',
  weightReadMs: weightReadMs(15.01),
  above8: 0.0812,
  tokenMs: (2 * LINEAR_PARAMETERS) / FLOP_PER_MS,
  sharpness: 5.4,
}

/** HTTP and tokenising; between 2 and 10 ms before the fit. */
export const INGRESS_MS: Ms = 6.31

/** The Llama 3 template around one user message, without a system prompt. */
export const CHAT_TEMPLATE_TOKENS = 11

export const CONTEXT_TOKENS = 8192
