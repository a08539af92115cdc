import {
  CASE_SCHEMA,
  REPORT_SCHEMA,
  type BenchReport,
  type CaseReport,
  type Distribution,
  type Doubt,
  type FrameworkId,
  type Metrics,
  type Trial,
} from '../src/report.ts'
import { findMetric } from '../src/metrics/find-metric.ts'
import type { Evidence, Verdict, VerdictWord } from '../src/verdict/verdict.ts'

/**
 * One line of the tables of the RTX 3090 study (Meta-Llama-3-8B-Instruct, ShareGPT, May 2024): rate, prompts, duration
 * in s, input tokens, generated tokens, requests/s, input and output tokens/s, P50 P90 P99 TTFT, P50 P90 P99 TPOT in ms.
 */
type StudyRow = readonly [
  framework: FrameworkId,
  version: string,
  variant: string,
  numbers: readonly [rate: number | null, ...rest: number[]],
]

const STUDY: readonly StudyRow[] = [
  [
    'vllm',
    '0.4.1',
    'base',
    [1, 100, 105.08, 22925, 21789, 0.95, 218.17, 207.35, 68.75, 172.66, 216.07, 24.68, 26.86, 33.59],
  ],
  [
    'vllm',
    '0.4.1',
    'base',
    [2, 200, 112.79, 42889, 44132, 1.77, 380.26, 391.28, 68.18, 186.67, 244.08, 29.64, 33.58, 45.39],
  ],
  [
    'vllm',
    '0.4.1',
    'base',
    [5, 1000, 218.21, 213987, 199774, 4.58, 980.65, 915.52, 119.85, 232.46, 370.85, 82.95, 82.95, 96.64],
  ],
  [
    'vllm',
    '0.4.1',
    'base',
    [8, 1000, 202.53, 213987, 199774, 4.94, 1056.55, 986.37, 24919.84, 49774.61, 53385.48, 104.71, 128.04, 199.54],
  ],
  [
    'vllm',
    '0.4.1',
    'awq',
    [5, 1000, 230.33, 213987, 199771, 4.34, 929.05, 867.33, 180.1, 321, 538.6, 139.76, 219.49, 298.66],
  ],
  [
    'lmdeploy',
    '0.4.0',
    'base',
    [1, 100, 104.29, 22925, 20520, 0.96, 219.83, 196.77, 69.06, 182, 216, 22.4, 24.54, 28.94],
  ],
  [
    'lmdeploy',
    '0.4.0',
    'base',
    [2, 200, 111.77, 42889, 41697, 1.79, 383.73, 373.07, 67.81, 195.3, 267.04, 26.59, 29.49, 37.77],
  ],
  [
    'lmdeploy',
    '0.4.0',
    'base',
    [5, 1000, 212.51, 213987, 187896, 4.71, 1006.94, 884.16, 97.06, 230.58, 369, 32.18, 44.24, 68.68],
  ],
  [
    'lmdeploy',
    '0.4.0',
    'base',
    [8, 1000, 144.06, 213987, 187694, 6.94, 1485.41, 1302.89, 217.03, 515.88, 3661.76, 74.94, 94.23, 141.89],
  ],
  [
    'lmdeploy',
    '0.4.0',
    'kv-int8',
    [8, 1000, 142.92, 213987, 186820, 7, 1497.24, 1307.16, 184.06, 376.53, 1024.51, 68.76, 86.98, 136.48],
  ],
  [
    'mlc-llm',
    '0.1.dev1166',
    'w4a16',
    [1, 100, 100.11, 22925, 20586, 1, 228.99, 205.63, 63.3, 149.08, 171.03, 12.83, 29.01, 34.72],
  ],
  [
    'mlc-llm',
    '0.1.dev1166',
    'w4a16',
    [2, 200, 108.81, 42889, 39678, 1.81, 393.48, 364.65, 71.64, 171.24, 226.43, 36.07, 40.28, 53.17],
  ],
  [
    'mlc-llm',
    '0.1.dev1166',
    'w4a16',
    [5, 1000, 215.88, 213987, 179858, 4.61, 990.13, 833.13, 2550.71, 6156.2, 7806.2, 52.74, 62.02, 85.82],
  ],
]

/** What a test changes about a sample case. */
export interface SampleChanges {
  readonly case?: string
  readonly target?: Partial<CaseReport['target']>
  readonly load?: Partial<CaseReport['load']>
  /** Of each trial. */
  readonly metrics?: Partial<Metrics>
  /** Of the case and of each trial. */
  readonly validity?: Partial<CaseReport['validity']>
  readonly verdicts?: readonly Verdict[]
  readonly doubts?: readonly (Pick<Doubt, 'code' | 'message'> & Partial<Doubt>)[]
  readonly errors?: CaseReport['errors']
  /** How many there are, all alike. Default 1. */
  readonly trials?: number
}

/** A case of vLLM at 5 requests/s, everything as published, with the given changes. */
export function sampleCase(changes: SampleChanges = {}): CaseReport {
  return studyCase(STUDY[2] ?? raise('the study has a third row'), changes)
}

/** All rows of the study, judged by P99 TTFT up to 400 ms and P90 TPOT up to 100 ms. */
export function studyCases(): CaseReport[] {
  return STUDY.map((row) => studyCase(row, {}))
}

/**
 * The study, as a report would show it on a bad day: doubts and request errors on some rows, a simulated case with
 * nothing completed, an inconclusive baseline, and TensorRT-LLM (for which the study has no table) not reachable.
 */
export function studyReport(): BenchReport {
  const cases = STUDY.map((row) => {
    const [framework, , variant, [requestRate, n = 0]] = row
    const sample = studyCase(row, {})
    if (framework === 'vllm' && requestRate === 8) {
      return studyCase(row, {
        doubts: [
          { code: 'saturated', message: 'the queue grew to the end: 437 in flight when the last request was sent' },
        ],
        metrics: { completed: n - 12, failed: 12 },
        errors: [
          { kind: 'idle-timeout', count: 9, example: 'no bytes for 60 s' },
          { kind: 'connect', count: 3, example: 'connect ECONNREFUSED 127.0.0.1:8000' },
        ],
      })
    }
    if (framework === 'mlc-llm' && requestRate === 5) {
      return studyCase(row, {
        doubts: [
          { code: 'saturated', message: 'the queue grew to the end: 96 in flight when the last request was sent' },
          { code: 'token-estimate', message: 'output tokens of 1000 requests were counted by events' },
        ],
      })
    }
    return variant === 'kv-int8' ? { ...sample, verdicts: [...sample.verdicts, INCONCLUSIVE_BASELINE] } : sample
  })
  const simulated = sampleCase({
    case: 'simulated > sglang all at once',
    target: { framework: 'sglang', version: null, simulated: true, url: null },
    load: { requestRate: null, numPrompts: 50 },
    metrics: EMPTY_METRICS,
    verdicts: [objective('fail', 'ttft.p99', null, 400, { is: 'nothing-completed', failed: 50 })],
    doubts: [{ code: 'simulated', message: 'answered by a simulated server' }],
    errors: [{ kind: 'http-status', count: 50, example: '503 Service Unavailable' }],
  })
  return report(
    [...cases, simulated],
    [
      {
        case: 'rtx 3090 > tensorrt-llm 5 req/s',
        framework: 'tensorrt-llm',
        message:
          'No server answers at http://127.0.0.1:8001. Start it, or set the url of the target.\n  at connect (net.js)',
      },
    ],
  )
}

/** A report of the given cases. */
export function report(cases: CaseReport[], failedCases: BenchReport['failedCases'] = []): BenchReport {
  return { schema: REPORT_SCHEMA, cases, failedCases, falseFailChance: 0 }
}

const POINT: Evidence = { is: 'point', failed: 0, requests: 1000, neverAnswered: false, unseen: null }

/** The verdict on an upper limit, such as that of `ttft.p99`. */
export function objective(
  verdict: VerdictWord,
  path: string,
  observed: number | null,
  limit: number,
  evidence: Evidence = POINT,
): Verdict & { readonly kind: 'objective' } {
  const [, statistic] = path.split('.')
  return {
    kind: 'objective',
    verdict,
    overruled: null,
    metric: (findMetric(path)?.id ?? raise(`${path} is a metric`)) as 'ttft',
    statistic: (statistic ?? null) as 'p99' | null,
    bound: 'max',
    limit,
    observed,
    evidence,
    implied: false,
    explanation: null,
  }
}

/** Any other verdict, in words of the test's own. */
export function told(verdict: VerdictWord, name: string, message: string): Verdict {
  const state = { is: 'told' as const, objective: name, observed: null, limit: null, message }
  return { kind: 'baseline', verdict, overruled: null, state }
}

/** The run is not to be judged: its client was late. */
export function invalid(facts: string): Verdict & { readonly kind: 'validity' } {
  const numbers = { trial: null, observed: 80, limit: 10, about: null }
  return { kind: 'validity', verdict: 'invalid', overruled: null, reason: 'client-on-time', ...numbers, facts }
}

/** Names that try to be markup, columns, lines, escape sequences and right-to-left overrides. */
export const HOSTILE_NAMES = [
  '<script>alert("x")</script>',
  'pipe | pipe',
  'two\nlines\r\nand a \u2028 separator',
  '\u001b[31mred\u001b[0m \u001b]8;;http://evil\u0007link\u001b]8;;\u0007',
  'right\u202eto left\u202c \u200fmark',
  '`code` & ]]> \u0000\u0008\uffff "quoted" \'single\'',
  'lone \ud800 surrogate',
  '漢字の幅 🚀',
] as const

/** What a case shows in which no request completed. */
export const EMPTY_METRICS = {
  completed: 0,
  failed: 50,
  inputTokens: 0,
  outputTokens: 0,
  requestThroughput: 0,
  inputThroughput: 0,
  outputThroughput: 0,
  ttft: null,
  tpot: null,
  itl: null,
  e2eLatency: null,
} satisfies Partial<CaseReport['metrics']>

const INCONCLUSIVE_BASELINE = told(
  'inconclusive',
  'ttft.p99 not 10 % above baseline',
  '+3 % (90 % CI -8 % to +15 %, 3 pairs): noise hides changes under 18 %',
)

function studyCase([framework, version, variant, numbers]: StudyRow, changes: SampleChanges): CaseReport {
  const [rate, n = 0, seconds = 0, input = 0, output = 0, requests = 0, inputRate = 0, outputRate = 0] = numbers
  const ttft = numbers.slice(8, 11) as number[]
  const tpot = numbers.slice(11, 14) as number[]
  const { errors = [], trials = 1 } = changes
  const metrics: Metrics = {
    durationMs: seconds * 1000,
    completed: n,
    failed: 0,
    inputTokens: input,
    outputTokens: output,
    requestThroughput: requests,
    inputThroughput: inputRate,
    outputThroughput: outputRate,
    goodput: null,
    ttft: distribution(ttft, n),
    tpot: distribution(tpot, n),
    itl: null,
    e2eLatency: null,
    queueLateness: null,
    peakConcurrency: 0,
    ...changes.metrics,
  }
  const validity: CaseReport['validity'] = {
    sentShare: 1,
    offeredShare: rate === null ? null : 1,
    stimulus: { dueRate: rate, sentRate: rate, gapDistance: 0, lateSends: 0 },
    lengthMismatches: 0,
    tokenSources: { usage: n },
    finishReasons: { length: n },
    pace: { requests: n, unobserved: 0, tokensAtOnce: 1 },
    promptTokenDifference: null,
    cachedPromptShare: null,
    connections: null,
    client: { threads: 1, utilisation: null, calibration: null, notCalibrated: 'a sample', maxErrorShare: 0.05 },
    warmup: { sent: 0, failed: 0, trimmed: 0 },
    ...changes.validity,
  }
  return {
    schema: CASE_SCHEMA,
    case: changes.case ?? `rtx 3090 > ${framework} ${variant} ${rate} req/s`,
    target: {
      framework,
      version,
      variant,
      model: 'Meta-Llama-3-8B-Instruct',
      url: 'http://127.0.0.1:8000',
      simulated: false,
      estimate: false,
      insecureTls: false,
      sampling: {},
      ...changes.target,
    },
    load: {
      requestRate: rate,
      numPrompts: n,
      arrival: 'poisson',
      dataset: 'sharegpt',
      maxConcurrency: null,
      seed: 0,
      trials,
      nonceTokens: 8,
      countedBy: 'words',
      ...changes.load,
    },
    metrics: timesAll(metrics, trials),
    validity,
    errors,
    verdicts: [...(changes.verdicts ?? [below('ttft.p99', ttft[2] ?? 0, 400), below('tpot.p90', tpot[1] ?? 0, 100)])],
    doubts: (changes.doubts ?? []).map((doubt) => ({ trial: null, ...doubt })),
    trials: Array.from({ length: trials }, (_, trial) => sampleTrial(trial, { metrics, validity, errors })),
    environment: {
      startedAt: '2024-05-04T12:00:00.000Z',
      hostname: 'bench-1',
      cpu: 'AMD EPYC 7B13',
      cores: 16,
      platform: 'linux x64',
      node: 'v24.21.0',
      tool: '0.1.0',
    },
  }
}

/** One whose requests were not kept. */
function sampleTrial(trial: number, measured: Pick<Trial, 'metrics' | 'validity' | 'errors'>): Trial {
  return {
    trial,
    seed: trial,
    digest: '0'.repeat(64),
    ...measured,
    requests: {
      count: 0,
      dueAt: '',
      lateness: '',
      ttft: '',
      tpot: '',
      e2eLatency: '',
      promptTokens: '',
      outputTokens: '',
      failures: [],
    },
    series: { inFlight: [], completions: [], outputTokens: [] },
    telemetry: null,
  }
}

/** Of so many trials that are alike: totals are summed, rates and percentiles stay. */
function timesAll(metrics: Metrics, trials: number): Metrics {
  const { durationMs, completed, failed, inputTokens, outputTokens } = metrics
  return {
    ...metrics,
    durationMs: durationMs * trials,
    completed: completed * trials,
    failed: failed * trials,
    inputTokens: inputTokens * trials,
    outputTokens: outputTokens * trials,
  }
}

function below(path: string, observed: number, limit: number): Verdict {
  return objective(observed <= limit ? 'pass' : 'fail', path, observed, limit)
}

/** The percentiles the study prints, and for the rest the nearest of them: a sample, not a measurement. */
function distribution([p50 = 0, p90 = 0, p99 = 0]: readonly number[], count: number): Distribution {
  return { mean: p50, std: 0, min: p50, p50, p75: p50, p90, p95: p90, p99, max: p99, count }
}

function raise(message: string): never {
  throw new Error(message)
}
