import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  decodeReferenceStamps,
  type ReferenceStamps,
  STAMPS_PATH,
} from '../../src/load/calibration/reference-server.ts'
import { quantile } from '../../src/stats/quantile.ts'
import { CLIENTS, closeClients, type ObservedStream } from './clients.ts'
import type { Measurement, Scenario, Spread } from './scenario.ts'

// Measures one scenario, as its argument describes it, and sends the measurement to its parent.

const MB = 1e6

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const scenario = JSON.parse(process.argv[2] ?? '') as Scenario
const run = CLIENTS[scenario.client]
const warmUp = {
  ...scenario,
  streams: Math.min(scenario.streams, 64),
  tokens: scenario.warmUpTokens,
  rampMs: 0,
  rate: 0,
}
await run(warmUp, 0)
await serverStamps()

collectGarbage()
const memoryBefore = memory()
const cpuBefore = process.cpuUsage()
const startedAt = performance.now()
const streams = await run(scenario, 0)
const { user, system } = process.cpuUsage(cpuBefore)
const wallMs = performance.now() - startedAt
const peakRssMb = (process.resourceUsage().maxRSS * 1024) / MB
collectGarbage()
const recordsMb = memory() - memoryBefore
process.send?.(measurement(streams, new Map((await serverStamps()).map((answer) => [answer.id, answer]))))
process.disconnect?.()
await closeClients()

function measurement(streams: readonly ObservedStream[], stamps: ReadonlyMap<number, ReferenceStamps>): Measurement {
  const events = streams.reduce((sum, { outputAt }) => sum + outputAt.length, 0)
  const ttftErrors: number[] = []
  const lags: number[] = []
  const arrivals: number[] = []
  for (const [id, { dueAt, sentAt, outputAt }] of streams.entries()) {
    const server = stamps.get(id)
    if (server === undefined) continue
    arrivals.push(server.receivedAt - dueAt)
    if (server.sentAt.length === 0 || outputAt.length !== server.sentAt.length) continue
    ttftErrors.push(outputAt[0]! - sentAt - (server.sentAt[0]! - server.receivedAt))
    for (const [k, at] of server.sentAt.entries()) lags.push(outputAt[k]! - at)
  }
  return {
    events,
    serverEvents: [...stamps.values()].reduce((sum, { events }) => sum + events, 0),
    failures: streams.filter(({ failed }) => failed).length,
    cpuUsPerEvent: (user + system) / events,
    cpuShare: (user + system) / 1000 / wallMs,
    eventsPerSecond: (events / wallMs) * 1000,
    ttftError: spread(ttftErrors),
    eventLag: spread(lags),
    lateness: spread(streams.map(({ dueAt, sentAt }) => sentAt - dueAt))!,
    arrivalLateness: spread(arrivals)!,
    peakRssMb,
    recordsMb,
  }
}

function spread(samples: readonly number[]): Spread | null {
  if (samples.length === 0) return null
  const sorted = Float64Array.from(samples).sort()
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: sorted.at(-1)! }
}

function memory(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / MB
}

async function serverStamps(): Promise<ReferenceStamps[]> {
  const response = await fetch(scenario.url + STAMPS_PATH)
  return decodeReferenceStamps(await response.arrayBuffer())
}
