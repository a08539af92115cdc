/**
 * How often the verdicts are wrong: simulated builds of the calibrated engines, whose truth is known. Writes its tables into
 * docs/statistics.md, between the markers.
 *
 *     npm run study:false-alarms
 */
import { availableParallelism } from 'node:os'
import { readFileSync, writeFileSync } from 'node:fs'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { withSection } from './doc-section.ts'
import { createRandom } from '../src/base/random.ts'
import { findProfile } from '../src/frameworks/find-profile.ts'
import { judgePercentile } from '../src/slo/judge-percentile.ts'
import { decideRegressions, type BuildVerdict } from '../src/baseline/decide-regressions.ts'
import { capacityOf, engineTrial } from '../src/baseline/engine-trial.testkit.ts'
import { simulateBuild, type Scenario, type SimulatedCell } from '../src/baseline/simulated-build.testkit.ts'

const BUILDS = 300
const REQUESTS = 200
const SESSION_SD = 0.01
const SLOWER = 'vllm'

const FRAMEWORKS = ['vllm', 'lmdeploy', 'tensorrt-llm', 'mlc-llm']
const GATE_LOADS = [0.3, 0.6, 0.8, 0.9]
const SLO_LOADS = [0.3, 0.6, 0.75]

const TRIALS = 400
const TRIAL_REQUESTS = 1000
const VERDICTS = 400
/** Trials and requests a trial of one verdict. */
const SAMPLES = [
  [5, 1000],
  [5, 200],
] as const
const METRICS = ['ttft', 'tpot'] as const

const slower = (factor: number): NonNullable<Scenario['slower']> => ({ framework: SLOWER, factor })

const SCENARIOS: readonly { readonly name: string; readonly scenario: Scenario }[] = [
  { name: 'nothing changed', scenario: {} },
  { name: '3 % slower', scenario: { slower: slower(1.03) } },
  { name: '5 % slower', scenario: { slower: slower(1.05) } },
  { name: '10 % slower', scenario: { slower: slower(1.1) } },
  { name: 'nothing changed, stored baseline, run again to confirm', scenario: stored('screening') },
  { name: 'nothing changed, stored baseline only', scenario: stored('always') },
  { name: '5 % slower, stored baseline only', scenario: { ...stored('always'), slower: slower(1.05) } },
  { name: '10 % slower, stored baseline only', scenario: { ...stored('always'), slower: slower(1.1) } },
]

function stored(stages: 'screening' | 'always'): Scenario {
  return { stored: { stages, sd: SESSION_SD } }
}

/** What the builds of one scenario came to. */
interface Tally {
  builds: number
  red: number
  found: number
  blamed: number
  gates: { pass: number; inconclusive: number; fail: number }
  /** 90 % intervals that hold 0. */
  covering: number
}

/** What one worker did: tallies by scenario, and the times of its trials by cell, metric and trial. */
interface Share {
  readonly tallies: Tally[]
  readonly times: Float32Array[][][]
}

type Part = { readonly part: number; readonly of: number }

async function simulateShare({ part, of }: Part): Promise<Share> {
  const builds = Array.from({ length: BUILDS }, (_, i) => i + 1).filter((build) => build % of === part)
  const seeds = Array.from({ length: TRIALS }, (_, i) => i).filter((seed) => seed % of === part)
  const cells = makeCells(GATE_LOADS)
  const tallies = SCENARIOS.map(emptyTally)
  for (const build of builds) {
    const make = simulateBuild({ build, cells, requests: REQUESTS })
    for (const [i, { scenario }] of SCENARIOS.entries()) {
      const { cases, confirm } = make(scenario)
      const { stages } = scenario.stored ?? {}
      const options = stages === undefined ? { confirm } : { confirm, storedBaseline: { stages } }
      count(tallies[i]!, await decideRegressions(cases, options))
    }
  }
  return { tallies, times: simulateTimes(makeCells(SLO_LOADS), seeds) }
}

function simulateTimes(cells: readonly SimulatedCell[], seeds: readonly number[]): Float32Array[][][] {
  const times = cells.map(() => METRICS.map((): Float32Array[] => []))
  for (const seed of seeds) {
    for (const [i, { profile, requestRate }] of cells.entries()) {
      const trial = engineTrial({ profile, requestRate, requests: TRIAL_REQUESTS, seed, noise: seed })
      for (const [m, metric] of METRICS.entries()) times[i]![m]!.push(Float32Array.from(trial[metric]))
    }
  }
  return times
}

function makeCells(loads: readonly number[]): SimulatedCell[] {
  return FRAMEWORKS.flatMap((framework) => {
    const profile = findProfile(framework)
    const capacity = capacityOf(profile)
    return loads.map((load) => ({ framework, profile, load, requestRate: load * capacity }))
  })
}

function emptyTally(): Tally {
  return { builds: 0, red: 0, found: 0, blamed: 0, gates: { pass: 0, inconclusive: 0, fail: 0 }, covering: 0 }
}

function count(tally: Tally, { gates }: BuildVerdict): void {
  const failing = gates.filter(({ verdict }) => verdict === 'fail')
  tally.builds++
  tally.red += Number(failing.length > 0)
  tally.found += Number(failing.some((gate) => gate.case.startsWith(SLOWER)))
  tally.blamed += Number(failing.some((gate) => !gate.case.startsWith(SLOWER)))
  for (const { verdict, low, high } of gates) {
    tally.gates[verdict]++
    tally.covering += Number(low <= 0 && high >= 0)
  }
}

function add(a: Tally, b: Tally): Tally {
  const { pass, inconclusive, fail } = a.gates
  return {
    builds: a.builds + b.builds,
    red: a.red + b.red,
    found: a.found + b.found,
    blamed: a.blamed + b.blamed,
    gates: { pass: pass + b.gates.pass, inconclusive: inconclusive + b.gates.inconclusive, fail: fail + b.gates.fail },
    covering: a.covering + b.covering,
  }
}

function gatesText(tallies: readonly Tally[]): string {
  const lines = tallies.map(({ builds, red, found, blamed, gates, covering }, i) => {
    const { name, scenario } = SCENARIOS[i]!
    const total = gates.pass + gates.inconclusive + gates.fail
    const wasSlower = scenario.slower !== undefined
    return [
      name,
      wasSlower ? '-' : percent(red / builds),
      wasSlower ? percent(found / builds) : '-',
      wasSlower ? percent(blamed / builds) : '-',
      `${percent(gates.pass / total)} / ${percent(gates.inconclusive / total)} / ${percent(gates.fail / total)}`,
      wasSlower ? '-' : percent(covering / total),
    ]
  })
  const head = [
    '',
    'red builds',
    'found',
    'another one blamed',
    'gates pass / inconclusive / fail',
    '90 % intervals that hold the truth',
  ]
  return table([head, ...lines])
}

/** Verdicts on P90 and P99 at multiples of the value that holds exactly. */
function sloText(times: readonly (readonly (readonly Float32Array[])[])[]): string {
  const cells = FRAMEWORKS.flatMap((framework) => SLO_LOADS.map((load) => ({ framework, load })))
  const head = ['', 'load', 'trials', ...FRAMEWORKS.map((framework) => `${framework}: wrong / at 1.25 x / at 0.8 x`)]
  const lines = METRICS.flatMap((metric, m) =>
    [99, 90].flatMap((percentile) =>
      SLO_LOADS.flatMap((load) =>
        SAMPLES.map(([trials, requests]) => [
          `P${percentile} ${metric.toUpperCase()}`,
          percent(load),
          `${trials} x ${requests}`,
          ...FRAMEWORKS.map((framework) => {
            const bank = times[cells.findIndex((cell) => cell.framework === framework && cell.load === load)]![m]!
            return verdictRates(
              bank.map((trial) => trial.subarray(0, requests)),
              trials,
              percentile,
            )
          }),
        ]),
      ),
    ),
  )
  return table([head, ...lines])
}

function verdictRates(bank: readonly Float32Array[], trials: number, percentile: number): string {
  const random = createRandom(percentile, 'verdicts')
  const all = Float64Array.from(bank.flatMap((trial) => [...trial])).sort()
  const exact = all[Math.floor((percentile / 100) * all.length)]!
  const samples = Array.from({ length: VERDICTS }, () => {
    const chosen = new Set<number>()
    while (chosen.size < trials) chosen.add(Math.floor(random.next() * bank.length))
    return [...chosen].map((i) => [...bank[i]!])
  })
  const rate = (limit: number, wanted: 'pass' | 'fail'): string => {
    const found = samples.filter((sample) => judgePercentile({ percentile, limit, trials: sample }).verdict === wanted)
    return percent(found.length / VERDICTS)
  }
  return `${rate(exact, 'pass')} / ${rate(1.25 * exact, 'pass')} / ${rate(0.8 * exact, 'fail')}`
}

function table([head = [], ...lines]: readonly (readonly string[])[]): string {
  const row = (texts: readonly string[]): string => `| ${texts.join(' | ')} |`
  return [row(head), `|${'---|'.repeat(head.length)}`, ...lines.map(row)].join('\n')
}

function percent(share: number): string {
  const value = 100 * share
  return `${value > 0 && value < 10 ? value.toFixed(1) : value.toFixed(0)} %`
}

function inWorker(part: Part): Promise<Share> {
  return new Promise((resolve, reject) => {
    new Worker(new URL(import.meta.url), { workerData: part }).once('message', resolve).once('error', reject)
  })
}

async function main(): Promise<void> {
  const of = availableParallelism()
  const shares = await Promise.all(Array.from({ length: of }, (_, part) => inWorker({ part, of })))
  const tallies = SCENARIOS.map((_, i) => shares.map((share) => share.tallies[i]!).reduce(add))
  const times = shares[0]!.times.map((_, cell) =>
    METRICS.map((_metric, m) => shares.flatMap((share) => share.times[cell]![m]!)),
  )
  const [gates, slo] = [gatesText(tallies), sloText(times)]
  const file = new URL('../docs/statistics.md', import.meta.url)
  writeFileSync(file, withSection(withSection(readFileSync(file, 'utf8'), 'gates', gates), 'slo', slo))
  console.log(`${gates}\n\n${slo}`)
}

if (!isMainThread) parentPort?.postMessage(await simulateShare(workerData as Part), [])
else if (import.meta.main) await main()
