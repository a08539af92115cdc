import type { Cells, PublishedRow, StudyLengths } from '../fixtures/published-study.ts'
import { poisson } from '../src/arrival/poisson.ts'
import { createVirtualClock } from '../src/load/virtual-clock.ts'
import { createRandom } from '../src/base/random.ts'
import { quantile } from '../src/stats/quantile.ts'
import type { Ms, Tokens } from '../src/base/units.ts'
import { drawStudyLengths } from '../src/workload/study-lengths.ts'
import { driveEngine } from '../src/simulator/drive-engine.ts'
import { createEngine, type EngineStats } from '../src/simulator/engine.ts'
import type { EngineProfile } from '../src/simulator/profile.ts'

/** What became of a row. */
export interface SimulatedRow {
  readonly cells: Cells
  readonly outputTokens: Tokens
  /** The most at any arrival. */
  readonly peak: { readonly running: number; readonly waiting: number; readonly kvUsage: number }
  readonly preemptions: number
}

/** Requests of the study whose totals were published, as they follow each other. */
const SEGMENTS = [
  { count: 100, promptTokens: 22_925, outputTokens: 21_789 },
  { count: 100, promptTokens: 19_964, outputTokens: 22_343 },
  { count: 800, promptTokens: 171_098, outputTokens: 155_642 },
]

/** Another thousand requests that might have been the study's: the same law, the same totals. */
export function drawStudy(seed: number, hazards: Readonly<Record<string, number>>): StudyLengths {
  const promptTokens: Tokens[] = []
  const maxTokens: Tokens[] = []
  for (const [index, segment] of SEGMENTS.entries()) {
    const random = createRandom(seed, `study/segment-${index + 1}`)
    const drawn = Array.from({ length: segment.count }, () => drawStudyLengths(random))
    const stretchPrompt = segment.promptTokens / sum(drawn.map((lengths) => lengths.promptTokens))
    const stretchOutput = segment.outputTokens / sum(drawn.map((lengths) => lengths.outputTokens))
    for (const lengths of drawn) {
      const prompt = clamp(Math.round(lengths.promptTokens * stretchPrompt), 4, 1024)
      promptTokens.push(prompt)
      maxTokens.push(clamp(Math.round(lengths.outputTokens * stretchOutput), 4, 2048 - prompt))
    }
  }
  const stopped = Object.entries(hazards).map(([framework, hazard]) => {
    const random = createRandom(seed, `study/stops/${framework}`)
    return [framework, maxTokens.map((tokens) => Math.min(tokens, drawStop(hazard, random.next())))] as const
  })
  return { promptTokens, maxTokens, stopped: Object.fromEntries(stopped) }
}

/** Runs one row through the engine alone, with the study's arrivals. */
export function simulateRow(
  profile: EngineProfile,
  { requestRate, numPrompts: count }: Pick<PublishedRow, 'requestRate' | 'numPrompts'>,
  { promptTokens, maxTokens, stopped }: StudyLengths,
): SimulatedRow {
  const clock = createVirtualClock()
  const dueAt = poisson({ compat: 'vllm-0.4.1' }).offsets({ count, requestRate, seed: 0 })
  const first = new Float64Array(count)
  const last = new Float64Array(count)
  const tokens = new Float64Array(count)
  const peak = { running: 0, waiting: 0, kvUsage: 0 }
  const engine = driveEngine(createEngine(profile, 0), clock, (id) => {
    if (tokens[id]!++ === 0) first[id] = clock.now()
    last[id] = clock.now()
  })
  const template = profile.framework === 'mlc-llm' ? profile.chatTemplateTokens : 0
  const stops = stopped[profile.framework]
  for (const [id, at] of dueAt.entries()) {
    clock.at(at, () => {
      watch(peak, engine.stats())
      engine.submit({
        id,
        promptTokens: promptTokens[id]! + template,
        maxTokens: maxTokens[id]!,
        ...(stops !== undefined && stops[id]! < maxTokens[id]! ? { stopAfter: stops[id]! } : {}),
      })
    })
  }
  clock.run()
  const ttft = dueAt.map((at, id) => first[id]! - at)
  const tpot = dueAt.flatMap((_at, id) => (tokens[id]! > 1 ? [(last[id]! - first[id]!) / (tokens[id]! - 1)] : []))
  return {
    cells: [Math.max(...last), ...percentiles(ttft), ...percentiles(tpot)],
    outputTokens: sum([...tokens]),
    peak,
    preemptions: engine.stats().preemptions,
  }
}

/** Where a constant chance per token ends an answer, for a uniform `share`. */
function drawStop(hazard: number, share: number): Tokens {
  return Math.max(1, Math.ceil(Math.log(1 - share) / Math.log(1 - hazard)))
}

function watch(peak: { -readonly [Key in keyof SimulatedRow['peak']]: number }, stats: EngineStats): void {
  peak.running = Math.max(peak.running, stats.running)
  peak.waiting = Math.max(peak.waiting, stats.waiting)
  peak.kvUsage = Math.max(peak.kvUsage, stats.kvUsage)
}

function percentiles(values: Ms[]): [Ms, Ms, Ms] {
  const sorted = values.toSorted((a, b) => a - b)
  return [quantile(sorted, 0.5), quantile(sorted, 0.9), quantile(sorted, 0.99)]
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value))
}
