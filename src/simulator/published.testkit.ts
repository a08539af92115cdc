import { readFileSync } from 'node:fs'
import { poisson } from '../arrival/poisson.ts'
import { createVirtualClock } from '../dispatch/virtual-clock.ts'
import type { Ms } from '../units.ts'
import { driveEngine } from './drive-engine.ts'
import { createEngine, type EngineStats } from './engine.ts'
import { findProfile } from './find-profile.ts'
import type { EngineProfile } from './profile.ts'

/** The seven columns compared, ms (the duration too). */
export interface Row {
  readonly duration: Ms
  readonly ttft: readonly [Ms, Ms, Ms]
  readonly tpot: readonly [Ms, Ms, Ms]
}

export interface PublishedRow {
  readonly framework: string
  readonly variant: string
  readonly requestRate: number
  readonly numPrompts: number
  readonly row: Row
}

export const PUBLISHED: readonly PublishedRow[] = readJson('published/rtx3090-llama3-8b-2024-05.json').rows.map(
  (row: Record<string, number>) => ({
    framework: row['framework'],
    variant: row['variant'],
    requestRate: row['requestRate'],
    numPrompts: row['numPrompts'],
    row: {
      duration: 1000 * row['durationSec']!,
      ttft: [row['p50Ttft'], row['p90Ttft'], row['p99Ttft']],
      tpot: [row['p50Tpot'], row['p90Tpot'], row['p99Tpot']],
    },
  }),
)

const study: { promptTokens: number[]; maxTokens: number[] } = readJson('study-workload.json')
const stoppedTokens: Record<string, number[]> = readJson('published/study-stopped-lengths.json')

/** Runs one row of the study through the engine alone, with its arrivals and its reconstructed lengths. */
export function simulateRow(profile: EngineProfile, requestRate: number, count: number): Row & { stats: EngineStats } {
  const clock = createVirtualClock()
  const dueAt = poisson({ compat: 'vllm-0.4.1' }).offsets({ count, requestRate, seed: 0 })
  const first = new Float64Array(count)
  const last = new Float64Array(count)
  const tokens = new Float64Array(count)
  const engine = driveEngine(createEngine(profile, 0), clock, (id) => {
    if (tokens[id]!++ === 0) first[id] = clock.now()
    last[id] = clock.now()
  })
  const stopped = stoppedTokens[profile.framework]
  const template = profile.framework === 'mlc-llm' ? profile.chatTemplateTokens : 0
  for (const [id, at] of dueAt.entries()) {
    clock.at(at, () => {
      const maxTokens = study.maxTokens[id]!
      const stopAfter = stopped !== undefined && stopped[id]! < maxTokens ? { stopAfter: stopped[id]! } : {}
      engine.submit({ id, promptTokens: study.promptTokens[id]! + template, maxTokens, ...stopAfter })
    })
  }
  clock.run()
  const ttft = dueAt.map((at, id) => first[id]! - at)
  const tpot = dueAt.flatMap((_at, id) => (tokens[id]! > 1 ? [(last[id]! - first[id]!) / (tokens[id]! - 1)] : []))
  return {
    duration: Math.max(...last),
    ttft: quantiles(ttft),
    tpot: quantiles(tpot),
    stats: engine.stats(),
  }
}

function quantiles(values: number[]): [Ms, Ms, Ms] {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (q: number): number => {
    const place = q * (sorted.length - 1)
    const below = Math.floor(place)
    const low = sorted[below]!
    return low + (place - below) * ((sorted[below + 1] ?? low) - low)
  }
  return [at(0.5), at(0.9), at(0.99)]
}

function readJson(name: string) {
  return JSON.parse(readFileSync(new URL(`../../fixtures/${name}`, import.meta.url), 'utf8'))
}

/** `node src/simulator/published.testkit.ts`: simulated / published, the deviation in per cent behind each. */
if (import.meta.main) {
  for (const { framework, variant, requestRate, numPrompts, row } of PUBLISHED) {
    const started = performance.now()
    const simulated = simulateRow(findProfile(framework, variant), requestRate, numPrompts)
    const cost = performance.now() - started
    const cells = [simulated.duration, ...simulated.ttft, ...simulated.tpot]
    const published = [row.duration, ...row.ttft, ...row.tpot]
    const text = cells.map((value, i) => `${value.toFixed(1)} / ${published[i]} (${percent(value, published[i]!)})`)
    console.log(`${framework} ${variant} @${requestRate}`.padEnd(24), text.join(' | '), `${cost.toFixed(0)} ms CPU`)
  }
}

function percent(value: number, reference: number): string {
  return `${(100 * (value / reference - 1)).toFixed(1)} %`
}
