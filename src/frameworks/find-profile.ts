import { findVariant } from '../simulator/find-variant.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import FRAMEWORKS from './index.ts'

/** Every engine that can be simulated; the first of a framework is its default variant. */
export const PROFILES: readonly EngineProfile[] = FRAMEWORKS.flatMap(({ profiles }) => profiles)

/**
 * The profile of `framework` and `variant`; the framework's first one without a variant.
 * Throws BenchError `bad-profile` that lists what there is.
 */
export function findProfile(framework: string, variant?: string): EngineProfile {
  return findVariant(PROFILES, framework, variant)
}
