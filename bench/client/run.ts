import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism, cpus } from 'node:os'
import { chooseThreads } from '../../src/load/choose-threads.ts'
import { launchReferenceServer } from '../../src/load/calibration/launch-reference-server.ts'
import { workloadOf } from './clients.ts'
import type { ClientName, Measurement, Scenario, Spread } from './scenario.ts'

// What our client costs and how far it errs, beside others in the same run: `npm run bench:client`. Prints Markdown.
// `--quick` measures each scenario once and shorter; names (`flood`, `paced`, `sends`, `many`) measure these only.

const isQuick = process.argv.includes('--quick')
const ROUNDS = isQuick ? 1 : 3

const NAMES: Readonly<Record<ClientName, string>> = {
  ours: 'ours',
  undici: 'ours over undici dispatch',
  http: 'node:http, byte scan',
  fetch: 'fetch + eventsource-parser + JSON.parse',
}

const server = await launchReferenceServer()
pin(server.pid, availableParallelism() - 1)

try {
  console.log(`Node ${process.version}, ${availableParallelism()} x ${cpus()[0]?.model}, ${new Date().toISOString()}\n`)
  const parts = { flood, paced, sends, many }
  const named = Object.entries(parts).filter(([name]) => process.argv.includes(name))
  for (const [, measurePart] of named.length > 0 ? named : Object.entries(parts)) await measurePart()
} finally {
  await server.close()
}

/** As fast as one core goes: what an event costs when reading is cheap. */
async function flood(): Promise<void> {
  const tokens = isQuick ? 200_000 : 500_000
  const base = { streams: 4, rate: 0, rampMs: 0, threads: 1, warmUpTokens: 20_000 }
  const rows = await measureAll([
    { ...base, client: 'ours', tokens },
    { ...base, client: 'undici', tokens },
    { ...base, client: 'http', tokens: tokens / 4 },
    { ...base, client: 'fetch', tokens: tokens / 8 },
  ])
  const reference = rows.at(-1)!
  table(
    'Flood: 4 streams on one core',
    ['client', 'CPU us/event', 'ours or other / fetch', 'events/s', 'peak RSS MB', 'events seen / sent'],
    rows.map((row) => [
      label(row),
      row.cpuUsPerEvent.toFixed(2),
      ratio(row.cpuUsPerEvent, reference.cpuUsPerEvent),
      row.eventsPerSecond.toFixed(0),
      row.peakRssMb.toFixed(0),
      `${row.events} / ${row.serverEvents}`,
    ]),
  )
}

/** As servers send: each event alone in its read. */
async function paced(): Promise<void> {
  for (const streams of [64, 256, 1024]) {
    const base = { streams, tokens: isQuick ? 100 : 250, rate: 50, rampMs: 1000, threads: 1, warmUpTokens: 500 }
    const rows = await measureAll([
      { ...base, client: 'ours' },
      { ...base, client: 'ours', threads: 2 },
      { ...base, client: 'undici' },
      { ...base, client: 'http' },
      { ...base, client: 'fetch' },
    ])
    const reference = rows.at(-1)!
    table(
      `Paced: ${streams} streams x 50 events/s`,
      [
        'client',
        'CPU us/event',
        '/ fetch',
        'cores',
        'TTFT error ms p50 / p99 / max',
        'p99 / fetch',
        'event lag ms p50 / p99',
      ],
      rows.map((row) => [
        label(row),
        row.cpuUsPerEvent.toFixed(1),
        ratio(row.cpuUsPerEvent, reference.cpuUsPerEvent),
        row.cpuShare.toFixed(2),
        ms(row.ttftError, ['p50', 'p99', 'max']),
        ratio(row.ttftError!.p99, reference.ttftError!.p99),
        ms(row.eventLag, ['p50', 'p99']),
      ]),
    )
  }
}

/** Short answers, so that sending is the work. */
async function sends(): Promise<void> {
  const rows: string[][] = []
  for (const requestRate of [10, 100, 1000]) {
    const seconds = requestRate === 1000 ? 3 : 5
    const base = {
      streams: requestRate * seconds,
      tokens: 2,
      rate: 50,
      rampMs: seconds * 1000,
      threads: 1,
      warmUpTokens: 10,
    }
    for (const row of await measureAll([
      { ...base, client: 'ours' },
      { ...base, client: 'fetch' },
    ])) {
      rows.push([
        String(requestRate),
        label(row),
        ms(row.lateness, ['p50', 'p99', 'max']),
        ms(row.arrivalLateness, ['p50', 'p99', 'max']),
        row.cpuShare.toFixed(2),
      ])
    }
  }
  table(
    'Sends',
    ['requests/s', 'client', 'lateness ms p50 / p99 / max', 'read by the server, ms after due', 'cores'],
    rows,
  )
}

async function many(): Promise<void> {
  const [million] = await measureAll([
    { client: 'ours', streams: 2000, tokens: 500, rate: 0, rampMs: 2000, threads: 1, warmUpTokens: 500 },
  ])
  console.log(`Memory: the records of ${million!.events} events take ${million!.recordsMb.toFixed(1)} MB.\n`)
  const crowd = await measure({
    client: 'ours',
    streams: 10_000,
    tokens: 24,
    rate: 2,
    rampMs: 5000,
    threads: 1,
    warmUpTokens: 500,
  })
  console.log(
    `10,000 streams at once: ${crowd.failures} failures, ${crowd.events} events seen of ${crowd.serverEvents} sent, ` +
      `peak RSS ${crowd.peakRssMb.toFixed(0)} MB, TTFT error ${ms(crowd.ttftError, ['p50', 'p99', 'max'])} ms.\n`,
  )
}

interface Row extends Measurement {
  readonly scenario: Omit<Scenario, 'url'>
}

/** All scenarios in turn, `ROUNDS` times, so that the machine's drift meets all alike; the median of each figure. */
async function measureAll(scenarios: readonly Omit<Scenario, 'url'>[]): Promise<Row[]> {
  const rounds: Measurement[][] = []
  for (let round = 0; round < ROUNDS; round++) {
    const measured: Measurement[] = []
    for (const scenario of scenarios) measured.push(await measure(scenario))
    rounds.push(measured)
  }
  return scenarios.map((scenario, i) => ({ scenario, ...medians(rounds.map((round) => round[i]!)) }))
}

/**
 * In a process of its own, in a flood on the first core where there is `taskset`. Not where times count: V8's own threads would have
 * to share that core, and their milliseconds would be the client's error.
 */
async function measure(scenario: Omit<Scenario, 'url'>): Promise<Measurement> {
  const child = spawn(
    process.execPath,
    [new URL('./child.ts', import.meta.url).pathname, JSON.stringify({ ...scenario, url: server.url })],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  if (scenario.rate === 0 && availableParallelism() > 1) pin(child.pid!, 0)
  const exited = once(child, 'exit')
  const [measurement] = (await Promise.race([once(child, 'message'), exited])) as [Measurement]
  await exited
  if (typeof measurement !== 'object') throw new Error(`the measurement of ${JSON.stringify(scenario)} failed`)
  return measurement
}

function pin(pid: number, core: number): void {
  if (process.platform !== 'linux') return
  try {
    execFileSync('taskset', ['-acp', String(core), String(pid)], { stdio: 'ignore' })
  } catch {
    // Without it the scheduler moves processes about: noisier, no less true.
  }
}

function medians(all: readonly Measurement[]): Measurement {
  const [first] = all
  if (first === undefined) throw new Error('nothing was measured')
  const medianOf = (pick: (measurement: Measurement) => number): number =>
    all.map(pick).toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!
  const entries = Object.entries(first).map(([key, value]): [string, unknown] => {
    const name = key as keyof Measurement
    if (typeof value === 'number') return [key, medianOf((each) => Number(each[name]))]
    if (value === null) return [key, null]
    const quantiles = Object.keys(value as Spread) as (keyof Spread)[]
    return [key, Object.fromEntries(quantiles.map((q) => [q, medianOf((each) => (each[name] as Spread)[q])]))]
  })
  return Object.fromEntries(entries) as unknown as Measurement
}

function label({ scenario }: Row): string {
  const { client, threads } = scenario
  if (client !== 'ours') return NAMES[client]
  const auto = chooseThreads(workloadOf(scenario), {
    maxConcurrency: null,
    cores: availableParallelism(),
    transport: 'http',
  })
  return `ours, ${threads === 1 ? '1 thread' : `${threads} threads`}${threads === auto ? ' (auto)' : ''}`
}

function ratio(value: number, reference: number): string {
  return value < reference ? `1/${(reference / value).toFixed(1)}` : (value / reference).toFixed(2)
}

function ms(spread: Spread | null, quantiles: readonly (keyof Spread)[]): string {
  return spread === null ? '-' : quantiles.map((q) => spread[q].toFixed(spread[q] < 10 ? 2 : 0)).join(' / ')
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): void {
  console.log(`### ${title}\n`)
  for (const row of [head, head.map(() => '---'), ...rows]) console.log(`| ${row.join(' | ')} |`)
  console.log('')
}
