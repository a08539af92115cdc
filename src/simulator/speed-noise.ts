import { createRandom, normal } from '../base/random.ts'
import type { Ms } from '../base/units.ts'
import type { EngineProfile } from './profile.ts'

const DRIFT_PERIOD_MS = 60_000

/** Turns the duration of an iteration that starts at `now` into a noisy one. */
export type SpeedNoise = (duration: Ms, now: Ms) => Ms

/** One run's noise: its own speed, a slow drift and rare stalls. The same for the same seed. */
export function createSpeedNoise(options: EngineProfile['speedNoise'], seed: number): SpeedNoise {
  if (options === null) return (duration) => duration
  const random = createRandom(seed, 'simulator/speed-noise')
  const speed = Math.exp(options.run * normal(random))
  const phase = random.next()
  return (duration, now) => {
    const drift = 1 + options.drift * Math.sin(2 * Math.PI * (now / DRIFT_PERIOD_MS + phase))
    const stall = random.next() < options.stallChance ? options.stallMs : 0
    return duration * speed * drift + stall
  }
}
