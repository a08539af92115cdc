import { BenchError } from '../base/errors.ts'
import type { EngineProfile } from './profile.ts'

/**
 * The profile of `framework` and `variant` among these; the framework's first one without a variant. Throws BenchError
 * `bad-profile` that lists what there is.
 */
export function findVariant(
  profiles: readonly EngineProfile[],
  framework: string,
  variant: string | undefined,
): EngineProfile {
  const found = profiles.find(
    (profile) => profile.framework === framework && (variant === undefined || profile.variant === variant),
  )
  if (found !== undefined) return found
  const wanted = variant === undefined ? framework : `${framework}:${variant}`
  const known = profiles.map((profile) => `${profile.framework}:${profile.variant}`).join(', ')
  throw new BenchError(`There is no simulated engine "${wanted}".`, {
    code: 'bad-profile',
    remedy: `Simulated are ${known}.`,
  })
}
