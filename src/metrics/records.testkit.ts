import { buildCaseReport, type CaseInput } from '../case/report.ts'
import type { ServingRun } from '../case/serving-run.ts'
import { buildTrial, type TrialInput } from '../case/trial.ts'
import type { RequestRecord } from '../record.ts'
import type { Calibration, CaseReport } from '../report.ts'
import { measuredRecords } from './fill.ts'

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

type Differences = Partial<TrialInput & Pick<CaseInput, 'case' | 'environment'>>

/** A report of these records, of vllm at 8 requests/s; each test states what differs. */
export function madeUpReport(records: readonly RequestRecord[], differences: Differences = {}): CaseReport {
  return madeUpCase([records], differences)
}

/** The same with several trials, each with its records; their numbers count up from 0. */
export function madeUpCase(trials: readonly (readonly RequestRecord[])[], differences: Differences = {}): CaseReport {
  const {
    case: name = 'study > vllm @ 8 req/s',
    target = MADE_UP_TARGET,
    load = madeUpLoad(trials, differences),
    environment = MADE_UP_ENVIRONMENT,
    trial: firstTrial = 0,
    meetsObjectives,
  } = differences
  const built = trials.map((records, index) =>
    buildTrial({
      digest: 'abc',
      result: { records, unsent: 0, aborted: false, connections: null, utilisation: null },
      telemetry: null,
      client: { calibration: GOOD_CLIENT, notCalibrated: null, maxErrorShare: 0.05 },
      ...differences,
      target,
      load,
      trial: firstTrial + index,
    }),
  )
  return buildCaseReport({ case: name, target, load, trials: built, environment, meetsObjectives })
}

/** The same as a bench author gets it. */
export function madeUpRun(trials: readonly (readonly RequestRecord[])[], differences: Differences = {}): ServingRun {
  const report = madeUpCase(trials, differences)
  return { ...report.metrics, report, records: trials.flat() }
}

export const MADE_UP_TARGET: CaseReport['target'] = {
  framework: 'vllm',
  version: '0.4.1',
  variant: 'base',
  model: 'llama',
  url: 'http://host',
  simulated: false,
  estimate: false,
  insecureTls: false,
  sampling: {},
}

const MADE_UP_ENVIRONMENT: CaseReport['environment'] = {
  startedAt: '2024-05-01T00:00:00.000Z',
  hostname: 'here',
  cpu: 'some',
  cores: 2,
  platform: 'linux',
  node: 'v24',
  tool: '0.1.0',
}

function madeUpLoad(
  trials: readonly (readonly RequestRecord[])[],
  { result }: Pick<Differences, 'result'>,
): CaseReport['load'] {
  return {
    requestRate: 8,
    numPrompts: Math.max(1, ...[result?.records ?? [], ...trials].map((records) => measuredRecords(records).length)),
    arrival: 'poisson',
    dataset: 'made up',
    maxConcurrency: null,
    seed: 0,
    trials: trials.length,
    nonceTokens: 8,
    countedBy: 'words',
  }
}
