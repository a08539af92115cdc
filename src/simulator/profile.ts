import { z } from 'zod'

const ms = z.number().nonnegative()
const count = z.int().positive()

/**
 * Matrix products in the precision of the weights: a roofline with a soft knee.
 * `smoothMax(weightReadMs * (1 + above8 * [rows > 8]), ceil(rows / 64) * 64 * tokenMs; sharpness)`
 */
const Dense = z.object({
  kind: z.literal('dense'),
  /** Weight bytes over achieved memory bandwidth: the floor of any iteration. */
  weightReadMs: ms,
  /** Share by which reading the weights gets dearer above 8 rows. */
  above8: z.number().nonnegative(),
  /** Floating-point work of one token in the linear layers. */
  tokenMs: ms,
  /** Sharpness of the knee between memory-bound and compute-bound; infinite would be a plain maximum. */
  sharpness: z.number().min(1),
})
export type Dense = z.infer<typeof Dense>

/** 4-bit weights with a fused kernel for few rows, and de-quantisation into the dense path for many (vLLM's AWQ). */
const Fused4Bit = z.object({
  kind: z.literal('fused-4bit'),
  weightReadMs: ms,
  /** Time of the fused kernel per row. */
  fusedTokenMs: ms,
  /** From this many rows the weights are de-quantised first. */
  fusedRows: count,
  dequantiseMs: ms,
  dense: Dense,
})

/** 4-bit weights compiled by batch size: matrix-vector for 1, groups of rows up to a few, tiles above (mlc-llm). */
const LowBatch = z.object({
  kind: z.literal('low-batch'),
  /** Time to read the 4-bit weights once: the cost at one row. */
  weightReadMs: ms,
  /** Each group of `groupRows` reads the weights again, this much slower than the single row does. */
  groupFactor: z.number().positive(),
  groupRows: count,
  /** Up to this many rows are done in groups. */
  lowBatchRows: count,
  /** Flat cost of the tiled product, and the least that a prefill costs. */
  tiledMs: ms,
  prefillTokenMs: ms,
})

export const EngineProfile = z
  .object({
    framework: z.enum(['vllm', 'lmdeploy', 'tensorrt-llm', 'mlc-llm']),
    version: z.string().min(1),
    /** `base`, `flash-attn`, `awq`, `kv-int8`, `w4a16`, `chunked-prefill`. */
    variant: z.string().min(1),
    /** The name under which the server offers the model. */
    model: z.string().min(1),
    /** True where no published measurement stands behind the numbers; every report must say so. */
    estimate: z.boolean(),
    /** Prompt and answer together, tokens. */
    contextTokens: count,
    /** Tokens that the chat endpoint's template puts around one message. */
    chatTemplateTokens: z.int().nonnegative(),
    /** Chance that a token is the end of the answer, where the request does not forbid it. */
    eosHazard: z.number().min(0).max(1),
    ingress: z.object({
      /** From the arrival of a request until the scheduler sees it: HTTP, tokenising. */
      requestMs: ms,
      /** Added per running sequence: the event loop is busy streaming. */
      perRunningMs: ms,
      /** Where a server queues beyond its slots by asking again: how often, ms. Null for first come, first served. */
      pollMs: ms.nullable(),
    }),
    cost: z.object({
      /** Fixed cost of an iteration. */
      iterationMs: ms,
      /** Added when the iteration holds a prefill. */
      prefillMs: ms,
      /** Host work per sequence in the iteration: scheduling, sampling, detokenising, streaming. */
      sequenceMs: ms,
      /** Reading one context token of a decoding sequence from the KV cache. */
      kvReadTokenMs: ms,
      linear: z.discriminatedUnion('kind', [Dense, Fused4Bit, LowBatch]),
      /** Sharpness of the maximum of host and GPU where they overlap; null where they take turns. */
      overlapSharpness: z.number().min(1).nullable(),
    }),
    scheduler: z.object({
      /** `prefill-first` never mixes prefill and decode in one iteration; `mixed` does; `chunked-prefill` splits prompts. */
      policy: z.enum(['prefill-first', 'mixed', 'chunked-prefill']),
      maxSequences: count,
      /** Tokens through the linear layers in one iteration. */
      maxBatchedTokens: count,
      blockTokens: count,
      blocks: count,
      /** Share of the blocks that admission leaves free. */
      watermark: z.number().min(0).max(0.5),
      /**
       * `grow`: a block when it is needed, and the last sequence is preempted and recomputed when there is none.
       * `worst-case`: prompt and longest answer at admission, so that nothing is ever preempted.
       */
      reservation: z.enum(['grow', 'worst-case']),
      /**
       * Memory for working on the batch, allocated as it grows; the engine dies of the allocation that does not fit.
       * Absent where weights and KV cache leave enough for any batch.
       */
      workspace: z.object({ freeBytes: count, bytesPerSequence: count }).exactOptional(),
      /**
       * The prefix cache of vLLM V1: full blocks are found again by prompts that begin with the same tokens. `blockTokens` must
       * be the scheduler's. Off when null or absent.
       */
      prefixCache: z.object({ blockTokens: count }).nullable().exactOptional(),
    }),
    /** Multiplies every iteration; 1 is as fitted. */
    slowdown: z.number().positive(),
    /** Off when null. */
    speedNoise: z
      .object({
        /** Standard deviation of the run's speed, as a share. */
        run: z.number().nonnegative(),
        /** Amplitude of a slow drift (one turn in 60 s), as a share. */
        drift: z.number().min(0).max(0.9),
        /** Chance that an iteration stalls, and for how long. */
        stallChance: z.number().min(0).max(1),
        stallMs: ms,
      })
      .nullable(),
  })
  .refine(
    ({ scheduler, contextTokens }) =>
      scheduler.policy === 'chunked-prefill' || scheduler.maxBatchedTokens >= contextTokens,
    { error: 'maxBatchedTokens below contextTokens: a long prompt could never run' },
  )
  .refine(
    ({ scheduler: { blocks, blockTokens, watermark }, contextTokens }) =>
      (blocks - Math.floor(blocks * watermark)) * blockTokens >= contextTokens,
    { error: 'the KV cache is smaller than contextTokens: a long request could never run' },
  )

/** What a simulated engine is made of: what it costs, how it schedules, and what it calls itself. */
export type EngineProfile = z.infer<typeof EngineProfile>
