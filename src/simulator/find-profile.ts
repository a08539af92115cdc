import { BenchError } from '../base/errors.ts'
import type { EngineProfile } from './profile.ts'
import { lmdeployBase, lmdeployKvInt8 } from './profiles/lmdeploy.ts'
import { mlcBatch64, mlcW4a16 } from './profiles/mlc-llm.ts'
import { tensorrtLlmBase } from './profiles/tensorrt-llm.ts'
import { vllmAwq, vllmBase, vllmChunkedPrefill, vllmFlashAttention } from './profiles/vllm.ts'

/** Every engine that can be simulated; the first of a framework is its default variant. */
export const PROFILES: readonly EngineProfile[] = [
  vllmBase,
  vllmFlashAttention,
  vllmAwq,
  vllmChunkedPrefill,
  lmdeployBase,
  lmdeployKvInt8,
  tensorrtLlmBase,
  mlcW4a16,
  mlcBatch64,
]

/**
 * The profile of `framework` and `variant`; the framework's first one without a variant.
 * Throws BenchError `bad-profile` that lists what there is.
 */
export function findProfile(framework: string, variant?: string): EngineProfile {
  const found = PROFILES.find(
    (profile) => profile.framework === framework && (variant === undefined || profile.variant === variant),
  )
  if (found !== undefined) return found
  const wanted = variant === undefined ? framework : `${framework}:${variant}`
  const known = PROFILES.map((profile) => `${profile.framework}:${profile.variant}`).join(', ')
  throw new BenchError(`There is no simulated engine "${wanted}".`, {
    code: 'bad-profile',
    remedy: `Simulated are ${known}.`,
  })
}
