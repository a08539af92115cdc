import {
  REPORT_SCHEMA,
  RUN_SCHEMA,
  type BenchReport,
  type Distribution,
  type FrameworkId,
  type RunReport,
  type Verdict,
  type Warning,
} from '../src/report.ts'

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

/** What a test changes about a sample run. */
export interface SampleChanges {
  readonly case?: string
  readonly target?: Partial<RunReport['target']>
  readonly load?: Partial<RunReport['load']>
  readonly metrics?: Partial<RunReport['metrics']>
  readonly verdicts?: readonly Verdict[]
  readonly warnings?: readonly Warning[]
  readonly errors?: RunReport['errors']
}

/** A run of vLLM at 5 requests/s, everything as published, with the given changes. */
export function sampleRun(changes: SampleChanges = {}): RunReport {
  return studyRun(STUDY[2] ?? raise('the study has a third row'), changes)
}

/** All runs of the study, judged by P99 TTFT up to 400 ms and P90 TPOT up to 100 ms. */
export function studyRuns(): RunReport[] {
  return STUDY.map((row) => studyRun(row, {}))
}

/**
 * The study, as a report would show it on a bad day: doubts and request errors on some rows, a simulated run with
 * nothing completed, an inconclusive baseline, and TensorRT-LLM (for which the study has no table) not reachable.
 */
export function studyReport(): BenchReport {
  const runs = studyRuns().map((run) => {
    const { framework, variant } = run.target
    if (framework === 'vllm' && run.load.requestRate === 8) {
      return withDoubts(run, {
        warnings: [
          { code: 'saturated', message: 'the queue grew to the end: 437 in flight when the last request was sent' },
        ],
        errors: [
          { kind: 'idle-timeout', count: 9, example: 'no bytes for 60 s' },
          { kind: 'connect', count: 3, example: 'connect ECONNREFUSED 127.0.0.1:8000' },
        ],
      })
    }
    if (framework === 'mlc-llm' && run.load.requestRate === 5) {
      return withDoubts(run, {
        warnings: [
          { code: 'saturated', message: 'the queue grew to the end: 96 in flight when the last request was sent' },
          { code: 'token-estimate', message: 'output tokens of 1000 requests were counted by events' },
        ],
        errors: [],
      })
    }
    return variant === 'kv-int8' ? { ...run, verdicts: [...run.verdicts, INCONCLUSIVE_BASELINE] } : run
  })
  const simulated = sampleRun({
    case: 'simulated > sglang all at once',
    target: { framework: 'sglang', version: null, simulated: true, url: null },
    load: { requestRate: null, numPrompts: 50 },
    metrics: EMPTY_METRICS,
    verdicts: [
      verdict(
        'fail',
        'ttft.p99 <= 400 ms',
        null,
        400,
        'ttft.p99: no request completed (50 failed), and no data is a failure',
      ),
    ],
    warnings: [{ code: 'simulated', message: 'answered by a simulated server' }],
    errors: [{ kind: 'http-status', count: 50, example: '503 Service Unavailable' }],
  })
  return report(
    [...runs, simulated],
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

/** A report of the given runs. */
export function report(runs: RunReport[], failedCases: BenchReport['failedCases'] = []): BenchReport {
  return { schema: REPORT_SCHEMA, runs, failedCases, falseFailChance: 0 }
}

export function verdict(
  word: Verdict['verdict'],
  objective: string,
  observed: number | null,
  limit: number | null,
  message: string,
): Verdict {
  return { kind: 'slo', objective, verdict: word, observed, limit, message }
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

/** What a run shows in which no request completed. */
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
} satisfies Partial<RunReport['metrics']>

const INCONCLUSIVE_BASELINE: Verdict = {
  kind: 'baseline',
  objective: 'ttft.p99 not 10 % above baseline',
  verdict: 'inconclusive',
  observed: 1024.51,
  limit: null,
  message: '+3 % (90 % CI -8 % to +15 %, 3 pairs): noise hides changes under 18 %',
}

function studyRun([framework, version, variant, numbers]: StudyRow, changes: SampleChanges): RunReport {
  const [rate, n = 0, seconds = 0, input = 0, output = 0, requests = 0, inputRate = 0, outputRate = 0] = numbers
  const ttft = numbers.slice(8, 11) as number[]
  const tpot = numbers.slice(11, 14) as number[]
  return {
    schema: RUN_SCHEMA,
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
      trial: 0,
      trials: 1,
      nonceTokens: 8,
      countedBy: 'words',
      digest: '0'.repeat(64),
      ...changes.load,
    },
    metrics: {
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
    },
    verdicts: [...(changes.verdicts ?? [below('ttft.p99', ttft[2] ?? 0, 400), below('tpot.p90', tpot[1] ?? 0, 100)])],
    validity: {
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
      warnings: [...(changes.warnings ?? [])],
    },
    errors: changes.errors ?? [],
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

function below(metric: string, observed: number, limit: number): Verdict {
  const kept = observed <= limit
  const message = `${metric} ${observed.toFixed(1)} ms ${kept ? '<=' : '>'} ${limit} ms`
  return verdict(kept ? 'pass' : 'fail', `${metric} <= ${limit} ms`, observed, limit, message)
}

/** The percentiles the study prints, and for the rest the nearest of them: a sample, not a measurement. */
function distribution([p50 = 0, p90 = 0, p99 = 0]: readonly number[], count: number): Distribution {
  return { mean: p50, std: 0, min: p50, p50, p75: p50, p90, p95: p90, p99, max: p99, count }
}

function withDoubts(run: RunReport, doubts: { warnings: Warning[]; errors: RunReport['errors'] }): RunReport {
  const failed = doubts.errors.reduce((sum, { count }) => sum + count, 0)
  return {
    ...run,
    metrics: { ...run.metrics, completed: run.load.numPrompts - failed, failed },
    validity: { ...run.validity, warnings: doubts.warnings },
    errors: doubts.errors,
  }
}

function raise(message: string): never {
  throw new Error(message)
}
