import * as z from 'zod'
import { BenchError } from '../base/errors.ts'
import { checkOptions, positive, schemaOf } from '../base/options.ts'
import type { EngineProfile } from './profile.ts'
import { scaleLinear } from './scale-linear.ts'

/** A GPU by its data sheet. */
export interface Gpu {
  readonly bandwidthGBs: number
  /** Dense, in the precision of the products, with 32-bit accumulation. */
  readonly tflops: number
  readonly memoryGiB: number
}

export interface Scale {
  readonly gpu: Gpu
  /** Of body and output layer, in the precision of the profile. Default: as in the profile, 8 billion parameters. */
  readonly weightsBytes?: number
  /** Keys and values of all layers. Default: as in the profile. */
  readonly kvBytesPerToken?: number
}

const Options = schemaOf<Scale>({
  gpu: z.strictObject(
    { bandwidthGBs: positive, tflops: positive, memoryGiB: positive },
    'a GPU by its data sheet: { bandwidthGBs, tflops, memoryGiB }',
  ),
  weightsBytes: positive.optional(),
  kvBytesPerToken: positive.optional(),
})

/** The card of the built-in profiles (NVIDIA RTX 3090, GA102 white paper). */
const RTX_3090: Gpu = { bandwidthGBs: 936, tflops: 71, memoryGiB: 24 }

/** Of Meta-Llama-3-8B by kind of matrix product: bf16, AWQ, q4f16_1. */
const WEIGHTS_BYTES: Readonly<Record<EngineProfile['cost']['linear']['kind'], number>> = {
  dense: 15.01e9,
  'fused-4bit': 5.3e9,
  'low-batch': 4.22e9,
}

/** 2 (key, value) x 32 layers x 8 KV heads x 128 x 2 bytes. */
const KV_BYTES_PER_TOKEN = 131_072
/** Tokens that fit where one fitted before, with 8-bit keys and values and their scales. */
const INT8_KV_GAIN = 1.88

/** Of a card's memory, what servers take (vLLM: `gpu_memory_utilization` 0.9). */
const USABLE = 0.9
const GIB = 2 ** 30

/**
 * A built-in profile (or one fitted on an RTX 3090) on another GPU, or with a model of another size.
 *
 * **An extrapolation**, and `estimate` says so in every report. Reading weights and KV cache scales with bandwidth and
 * bytes, arithmetic with FLOP/s and parameters, and the KV cache takes the memory that weights leave. What it assumes:
 * the same achieved shares of bandwidth and FLOP/s, the same host (whose work per sequence is not scaled), the same
 * kernels, one GPU.
 *
 * Throws BenchError `bad-profile` where the memory does not hold the weights and one context.
 */
export function scaleProfile(profile: EngineProfile, scale: Scale): EngineProfile {
  const example = "scaleProfile(findProfile('vllm'), { gpu: { bandwidthGBs: 2039, tflops: 312, memoryGiB: 80 } })"
  checkOptions(scale, Options, { of: 'scaleProfile()', code: 'bad-profile', example })
  const { gpu, weightsBytes, kvBytesPerToken } = scale
  const { cost, scheduler } = profile
  const oldWeights = WEIGHTS_BYTES[cost.linear.kind]
  const oldKv = profile.variant === 'kv-int8' ? KV_BYTES_PER_TOKEN / INT8_KV_GAIN : KV_BYTES_PER_TOKEN
  const newWeights = weightsBytes ?? oldWeights
  const newKv = kvBytesPerToken ?? oldKv
  const reading = RTX_3090.bandwidthGBs / gpu.bandwidthGBs
  const cacheBytes =
    scheduler.blocks * scheduler.blockTokens * oldKv +
    USABLE * (gpu.memoryGiB - RTX_3090.memoryGiB) * GIB -
    (newWeights - oldWeights)
  const blocks = Math.floor(cacheBytes / (scheduler.blockTokens * newKv))
  if (blocks * scheduler.blockTokens * (1 - scheduler.watermark) < profile.contextTokens) {
    throw new BenchError(
      `${gpu.memoryGiB} GiB do not hold ${(newWeights / 1e9).toFixed(1)} GB of weights and the keys and values of ${profile.contextTokens} tokens.`,
      { code: 'bad-profile', remedy: 'Give more memory, smaller weights, or a profile with fewer contextTokens.' },
    )
  }
  const arithmetic = ((RTX_3090.tflops / gpu.tflops) * newWeights) / oldWeights
  return {
    ...profile,
    estimate: true,
    cost: {
      ...cost,
      kvReadTokenMs: (cost.kvReadTokenMs * reading * newKv) / oldKv,
      linear: scaleLinear(cost.linear, {
        reading: (reading * newWeights) / oldWeights,
        arithmetic,
        tiles: arithmetic,
      }),
    },
    scheduler: { ...scheduler, blocks },
  }
}
