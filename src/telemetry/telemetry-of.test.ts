import { expect, test } from 'vitest'
import { Telemetry } from '../report.ts'
import { METRICS_TABLES } from '../frameworks/catalog.ts'
import { VLLM_MAIN } from './pages.testkit.ts'
import { readPage } from './read-page.ts'
import type { Levels } from '../frameworks/metrics-table.ts'
import { NOTHING_TOLD, type Reading } from './reading.ts'
import type { Sampled } from './sampler.ts'
import { telemetryOf } from './telemetry-of.ts'

const WINDOW = { firstDueAt: 20, lastEndAt: 2500 }
const NOTHING_READ: Sampled = { address: null, samples: [], first: null, last: null, roundTrips: [], problems: [] }

/** Levels at 0, 1000, 2000 ms, ... */
function sampled(levels: readonly Partial<Levels>[]): Sampled {
  const readings = levels.map((each): Reading => ({ levels: { ...NOTHING_TOLD, ...each }, histograms: () => ({}) }))
  return {
    ...NOTHING_READ,
    address: 'http://host/metrics',
    samples: readings.map((reading, i) => ({ at: i * 1000, levels: reading.levels })),
    first: readings[0] ?? null,
    last: readings.at(-1) ?? null,
  }
}

// 500 tokens in the first second, none in the second, 250 in the third; the last sample is after the end at 2500
test('rates come from counters, summaries from the samples while the load ran', () => {
  const telemetry = telemetryOf(
    sampled([
      { waiting: 0, generationTokens: 10_000, generationThroughput: 1 },
      { waiting: 4, generationTokens: 10_500, generationThroughput: 1 },
      { waiting: 10, generationTokens: 10_500, generationThroughput: 1 },
      { waiting: 0, generationTokens: 10_750, generationThroughput: 1 },
    ]),
    null,
    WINDOW,
  )
  expect(telemetry.samples).toMatchObject({
    at: [-20, 980, 1980, 2980],
    running: null,
    waiting: [0, 4, 10, 0],
    generationThroughput: [null, 500, 0, 250],
  })
  expect(telemetry.summary).toMatchObject({
    running: null,
    waiting: { min: 4, mean: 7, max: 10 },
    generationThroughput: { min: 0, mean: 250, max: 500 },
  })
  expect(Telemetry.parse(telemetry)).toEqual(telemetry)
})

test('a server that counts no tokens is believed its own averages', () => {
  const telemetry = telemetryOf(sampled([{ promptThroughput: 80 }, {}, { promptThroughput: 90 }]), null, WINDOW)
  expect(telemetry.samples.promptThroughput).toEqual([80, null, 90])
})

test('counters count from the first sample on, and a server that was started anew is noticed', () => {
  const telemetry = telemetryOf(sampled([{ preemptions: 5 }, { preemptions: 9 }, { preemptions: 2 }]), null, WINDOW)
  expect(telemetry.samples.preemptions).toEqual([0, 4, null])
  expect(telemetry.problems).toEqual([expect.stringMatching(/^The counters of the server went back/)])
})

// The second page has 4 prompt tokens more from the cache and 2 requests more, which waited 0.5 s in all.
test('histograms and the prefix cache tell what the run has added', () => {
  const later = VLLM_MAIN.replace(
    'hits_total{engine="0",model_name="m"} 256',
    'hits_total{engine="0",model_name="m"} 260',
  )
    .replace(
      'queue_time_seconds_count{engine="0",model_name="m"} 10',
      'queue_time_seconds_count{engine="0",model_name="m"} 12',
    )
    .replace(
      'queue_time_seconds_sum{engine="0",model_name="m"} 2.0',
      'queue_time_seconds_sum{engine="0",model_name="m"} 2.5',
    )
  const telemetry = telemetryOf(
    {
      ...sampled([{}, {}]),
      first: readPage(VLLM_MAIN, METRICS_TABLES),
      last: readPage(later, METRICS_TABLES),
      roundTrips: [3, 9, 4],
    },
    null,
    WINDOW,
  )
  expect(telemetry).toMatchObject({
    histograms: { queueTime: { count: 2, meanMs: 250, p50Ms: null }, ttft: null },
    prefixCache: { hits: 4, queries: 0 },
    roundTripMs: 4,
  })
})

test('the log speaks where no metrics do, and only there', () => {
  const log = {
    file: 'bench-results/logs/vllm.log',
    samples: [{ at: 520, levels: { ...NOTHING_TOLD, waiting: 7 } }],
    latest: () => null,
    stop: () => {},
  }
  const fromLog = telemetryOf({ ...NOTHING_READ, problems: ['/metrics: no.'] }, log, WINDOW)
  expect(fromLog).toMatchObject({
    sources: { metrics: null, log: log.file },
    samples: { at: [500], waiting: [7] },
    problems: ['/metrics: no.'],
  })
  expect(telemetryOf(sampled([{ waiting: 1 }]), log, WINDOW)).toMatchObject({
    sources: { log: null },
    samples: { waiting: [1] },
  })
})

test('nothing read is nothing told, in a form that is a report', () => {
  const telemetry = telemetryOf(NOTHING_READ, null, WINDOW)
  expect(telemetry.samples.at).toEqual([])
  expect(new Set([...Object.values(telemetry.summary), ...Object.values(telemetry.histograms)])).toEqual(
    new Set([null]),
  )
  expect(Telemetry.parse(JSON.parse(JSON.stringify(telemetry)))).toEqual(telemetry)
})

test.for<[string, Partial<Levels>[]]>([
  ['prefixCache.hits', [{ prefixHits: 0 }, { prefixHits: 1e300 }]],
  [
    'samples.running.0',
    [
      { running: -1, waiting: 2 },
      { running: 3, waiting: 2 },
    ],
  ],
])('%s: numbers that cannot be cost the telemetry, not the run', ([field, levels]) => {
  const telemetry = telemetryOf(sampled(levels), null, WINDOW)
  expect(telemetry).toMatchObject({ samples: { at: [], running: null, waiting: null }, prefixCache: null })
  expect(telemetry.problems).toEqual([expect.stringContaining(`The server told what cannot be (${field}: `)])
  expect(Telemetry.parse(telemetry)).toEqual(telemetry)
})
