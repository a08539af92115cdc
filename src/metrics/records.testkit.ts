import type { RequestRecord } from '../record.ts'
import type { Calibration, RunReport } from '../report.ts'
import { measuredRecords } from './fill.ts'
import { buildRunReport, type RunReportInput } from './run-report.ts'

/**
 * A completed request that was due and sent at 0, with five output tokens in five events: the first after 100 ms, the
 * others every 10 ms, the end with the last. Each test states what differs.
 */
export function madeUpRecord(differences: Partial<RequestRecord> = {}): RequestRecord {
  const dueAt = differences.dueAt ?? 0
  const outputAt = differences.outputAt ?? Float64Array.of(100, 110, 120, 130, 140).map((at) => at + dueAt)
  const first = outputAt[0] ?? null
  return {
    index: 0,
    dueAt,
    sentAt: dueAt,
    headAt: first,
    firstByteAt: first,
    firstEventAt: first,
    firstOutputAt: first,
    firstAnswerAt: first,
    lastOutputAt: outputAt.at(-1) ?? null,
    endedAt: outputAt.at(-1) ?? dueAt,
    outputAt,
    promptTokens: 7,
    serverPromptTokens: null,
    requestedOutputTokens: 5,
    outputTokens: 5,
    outputTokensSource: 'usage',
    finishReason: 'length',
    outcome: { status: 'completed' },
    ...differences,
  }
}

/** The same, but nobody answered and it failed after 1 ms. */
export function failedRecord(differences: Partial<RequestRecord> = {}): RequestRecord {
  return madeUpRecord({
    outputAt: new Float64Array(),
    endedAt: (differences.dueAt ?? 0) + 1,
    outputTokens: null,
    outputTokensSource: null,
    finishReason: null,
    outcome: { status: 'failed', kind: 'connect', message: 'ECONNREFUSED 127.0.0.1:8000' },
    ...differences,
  })
}

/** A completed request whose one token comes after `ttft` ms, the end with it. */
export function recordWithTtft(ttft: number, dueAt = 0): RequestRecord {
  return madeUpRecord({ dueAt, outputAt: Float64Array.of(dueAt + ttft), requestedOutputTokens: 1, outputTokens: 1 })
}

/** Errors of a client that is good enough for anything. */
export const GOOD_CLIENT: Calibration = {
  streams: 8,
  eventsPerSecond: 400,
  ttft: { p50: 0.1, p99: 0.4, max: 0.6 },
  itl: { p50: 0, p99: 0.3, max: 0.5 },
  tpot: { p50: 0, p99: 0.01, max: 0.02 },
}

/** A report of these records, of vllm at 8 requests/s; each test states what differs. */
export function madeUpReport(records: readonly RequestRecord[], differences: Partial<RunReportInput> = {}): RunReport {
  return buildRunReport({
    case: 'study > vllm @ 8 req/s',
    target: {
      framework: 'vllm',
      version: '0.4.1',
      variant: 'base',
      model: 'llama',
      url: 'http://host',
      simulated: false,
      estimate: false,
      insecureTls: false,
      sampling: {},
    },
    load: {
      requestRate: 8,
      numPrompts: Math.max(1, measuredRecords(differences.result?.records ?? records).length),
      arrival: 'poisson',
      dataset: 'made up',
      maxConcurrency: null,
      seed: 0,
      trial: 0,
      trials: 1,
      nonceTokens: 8,
      countedBy: 'words',
      digest: 'abc',
    },
    result: { records, unsent: 0, aborted: false, connections: null, utilisation: null },
    telemetry: null,
    environment: {
      startedAt: '2024-05-01T00:00:00.000Z',
      hostname: 'here',
      cpu: 'some',
      cores: 2,
      platform: 'linux',
      node: 'v24',
      tool: '0.1.0',
    },
    client: {
      calibration: GOOD_CLIENT,
      notCalibrated: null,
      maxErrorShare: 0.05,
    },
    ...differences,
  })
}
