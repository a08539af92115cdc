import { createRandom, normal } from '../random.ts'
import type { RegressionCase, Trial, TrialPairs } from './trial.ts'

export interface ToyTrial {
  readonly seed: number
  /** Share of the capacity that arrives. */
  readonly load: number
  readonly requests?: number
  /** 1.1 is 10 % slower. */
  readonly slowdown?: number
  /** Tells runs of the same seed apart: their speeds differ by 1.5 %, their answers by 5 %. */
  readonly run: string
}

const SLOTS = 16
const PREFILL_MS_PER_TOKEN = 0.1
const STEP_MS = 20

/**
 * One load run against a queue in front of 16 places, first come, first served. A request holds its place for its prompt
 * and its output; arrivals are Poisson, lengths lognormal (medians of 512 and 128 tokens), drawn from the seed alone.
 */
export function toyTrial({ seed, load, requests = 200, slowdown = 1, run }: ToyTrial): Trial {
  const workload = createRandom(seed, 'toy workload')
  const noise = createRandom(seed, `toy noise ${run}`)
  const speed = slowdown * Math.exp(0.015 * normal(noise))
  const meanService = 512 * Math.exp(0.25 / 2) * PREFILL_MS_PER_TOKEN + 128 * Math.exp(0.25 / 2) * STEP_MS
  const free = Array.from({ length: SLOTS }, () => 0)
  let now = 0
  const rows = Array.from({ length: requests }, () => {
    now -= (Math.log(1 - workload.next()) * meanService) / SLOTS / load
    const prompt = 512 * Math.exp(0.5 * normal(workload))
    const output = Math.ceil(128 * Math.exp(0.5 * normal(workload)))
    const jitter = (): number => speed * Math.exp(0.05 * normal(noise))
    const place = free.indexOf(Math.min(...free))
    const start = Math.max(now, free[place] ?? 0)
    const firstAt = start + prompt * PREFILL_MS_PER_TOKEN * jitter()
    const tpot = STEP_MS * jitter()
    const endedAt = firstAt + output * tpot
    free[place] = endedAt
    return { ttft: firstAt - now, tpot, e2eLatency: endedAt - now }
  })
  return {
    seed,
    ttft: rows.map(({ ttft }) => ttft),
    tpot: rows.map(({ tpot }) => tpot),
    e2eLatency: rows.map(({ e2eLatency }) => e2eLatency),
  }
}

export interface ToyBuild {
  readonly build: number
  readonly frameworks: readonly string[]
  readonly loads: readonly number[]
  readonly requests?: number
  /** By framework; those left out did not change. */
  readonly slowdown?: Readonly<Record<string, number>>
}

/** The cases of one build with three pairs each, and what confirms them with five fresh ones. */
export function toyBuild({ build, frameworks, loads, requests = 200, slowdown = {} }: ToyBuild): {
  cases: RegressionCase[]
  confirm: (id: string, stage: number) => TrialPairs
} {
  const shapes = frameworks.flatMap((framework) =>
    loads.map((load) => ({ id: `${framework}-${load}`, framework, load })),
  )
  const pairs = ({ id, framework, load }: (typeof shapes)[number], first: number, count: number): TrialPairs => {
    const side = (name: string, factor: number): Trial[] =>
      Array.from({ length: count }, (_, i) =>
        toyTrial({ seed: first + i, load, requests, slowdown: factor, run: `${build} ${id} ${name}` }),
      )
    return { baseline: side('baseline', 1), candidate: side('candidate', slowdown[framework] ?? 1) }
  }
  return {
    cases: shapes.map((shape) => ({
      id: shape.id,
      framework: shape.framework,
      requestRate: shape.load * 10,
      ...pairs(shape, 1000 * build, 3),
    })),
    confirm: (id, stage) =>
      pairs(
        shapes.find((shape) => shape.id === id)!,
        1000 * build + 10 * stage,
        5,
      ),
  }
}
