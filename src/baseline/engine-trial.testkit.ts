import { poisson } from '../arrival/poisson.ts'
import { createVirtualClock } from '../load/virtual-clock.ts'
import { createRandom } from '../base/random.ts'
import { driveEngine } from '../simulator/drive-engine.ts'
import { createEngine } from '../simulator/engine.ts'
import type { EngineProfile } from '../simulator/profile.ts'
import { MS_PER_SECOND, type PerSecond } from '../base/units.ts'
import { drawStudyLengths } from '../workload/study-lengths.ts'
import type { Lengths } from '../workload/synthetic.ts'
import type { Trial } from './trial.ts'

export interface EngineTrial {
  readonly profile: EngineProfile
  readonly requestRate: PerSecond
  readonly requests: number
  /** Of the workload: lengths and arrival times. */
  readonly seed: number
  /** Of the engine's own noise: what tells two runs of the same workload apart. */
  readonly noise: number
  /** 1.1 is 10 % slower. */
  readonly slowdown?: number
}

/** Run-to-run noise of 1.5 %, a drift of 2 % and a stall of 80 ms about every 20 s, which calibrated engines lack. */
const NOISE: EngineProfile['speedNoise'] = { run: 0.015, drift: 0.02, stallChance: 0.001, stallMs: 80 }

/** One load run against a calibrated engine alone, in virtual time, with Poisson arrivals and outputs of fixed length. */
export function engineTrial({ profile, requestRate, requests, seed, noise, slowdown = 1 }: EngineTrial): Trial {
  const clock = createVirtualClock()
  const lengths = drawLengths(seed, requests)
  const dueAt = poisson().offsets({ count: requests, requestRate, seed })
  const firstAt = new Float64Array(requests)
  const lastAt = new Float64Array(requests)
  const engine = driveEngine(createEngine({ ...profile, slowdown, speedNoise: NOISE }, noise), clock, (id) => {
    firstAt[id] ||= clock.now()
    lastAt[id] = clock.now()
  })
  for (const [id, at] of dueAt.entries()) {
    const { promptTokens, outputTokens } = lengths[id]!
    clock.at(at, () => engine.submit({ id, promptTokens, maxTokens: outputTokens }))
  }
  clock.run()
  return {
    seed,
    ttft: dueAt.map((at, id) => firstAt[id]! - at),
    tpot: dueAt.map((_at, id) => (lastAt[id]! - firstAt[id]!) / (lengths[id]!.outputTokens - 1)),
    e2eLatency: dueAt.map((at, id) => lastAt[id]! - at),
  }
}

/** Requests a second that the engine completes with a queue that never empties. */
export function capacityOf(profile: EngineProfile): PerSecond {
  const requests = 3000
  const { e2eLatency } = engineTrial({ profile, requestRate: Infinity, requests, seed: 1, noise: 1 })
  const ended = e2eLatency.toSorted((a, b) => a - b)
  const [from, to] = [Math.floor(requests / 4), Math.floor((3 * requests) / 4)]
  return ((to - from) / (ended[to]! - ended[from]!)) * MS_PER_SECOND
}

const drawn = new Map<string, Lengths[]>()
const MOST_DRAWN = 32

/** Drawing takes longer than simulating, and all frameworks, both sides alike, ask for the same. */
function drawLengths(seed: number, count: number): Lengths[] {
  const key = `${seed} ${count}`
  const known = drawn.get(key)
  if (known !== undefined) return known
  const random = createRandom(seed, 'study/lengths')
  const lengths = Array.from({ length: count }, () => drawStudyLengths(random))
  if (drawn.size === MOST_DRAWN) drawn.clear()
  drawn.set(key, lengths)
  return lengths
}
