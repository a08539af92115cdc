import * as z from 'zod'
import { FRAMEWORK_IDS } from './frameworks/catalog.ts'
import { FAILURE_KINDS } from './record.ts'

/**
 * One run as judged: what crosses from worker to reporter, what lands in a file, what a baseline is. Every table, page
 * and verdict can be re-made from it, on another machine, months later.
 *
 * JSON-safe: finite numbers, `null` for "no such thing", never NaN or Infinity.
 */
export const RUN_SCHEMA = 'vitest-llm-bench/run@1'
export const REPORT_SCHEMA = 'vitest-llm-bench/report@1'

export { FRAMEWORK_IDS }
export type FrameworkId = (typeof FRAMEWORK_IDS)[number]

/** Linear interpolation between order statistics (numpy's default, R type 7). `std` has n - 1 in its denominator. */
export const Distribution = z.object({
  mean: z.number(),
  std: z.number(),
  min: z.number(),
  p50: z.number(),
  p75: z.number(),
  p90: z.number(),
  p95: z.number(),
  p99: z.number(),
  max: z.number(),
  count: z.int().nonnegative(),
})
export type Distribution = z.infer<typeof Distribution>

const rate = z.number().nonnegative()
const count = z.int().nonnegative()
const distribution = Distribution.nullable()

/** The definitions are in `src/metrics/`, one file each. ms unless the name says otherwise. */
export const Metrics = z.object({
  /** First due time to last end. */
  durationMs: rate,
  completed: count,
  failed: count,
  /** Of completed requests. */
  inputTokens: count,
  outputTokens: count,
  requestThroughput: rate,
  inputThroughput: rate,
  outputThroughput: rate,
  /** Null when the run had no objectives. */
  goodput: rate.nullable(),
  ttft: distribution,
  tpot: distribution,
  itl: distribution,
  e2eLatency: distribution,
  /** The client's own lateness: sent minus due. */
  queueLateness: distribution,
  peakConcurrency: count,
})
export type Metrics = z.infer<typeof Metrics>

export const VERDICTS = ['pass', 'fail', 'inconclusive', 'invalid'] as const
export type VerdictWord = (typeof VERDICTS)[number]

export const Verdict = z.object({
  kind: z.enum(['slo', 'baseline', 'validity']),
  /** `ttft.p99 < 400 ms`: the objective in words, unique within its kind and run. */
  objective: z.string(),
  verdict: z.enum(VERDICTS),
  /** Null when there was nothing to observe. */
  observed: z.number().nullable(),
  limit: z.number().nullable(),
  /** One line with the facts first; what explains them may follow in further lines. */
  message: z.string(),
})
export type Verdict = z.infer<typeof Verdict>

/** Doubts about a run; each is printed next to the numbers it concerns. A closed set. */
export const WARNING_CODES = [
  'simulated',
  'estimate',
  'insecure-tls',
  'client-late',
  'client-busy',
  'client-error',
  'not-calibrated',
  'token-estimate',
  'length-mismatch',
  'buffered',
  'implausible-count',
  'duplicated-output',
  'no-text',
  'resent',
  'short-sample',
  'too-short',
  'rate-not-reached',
  'rate-exceeded',
  'short-fill',
  'saturated',
  'above-capacity',
  'queue-growing',
  'server-client-mismatch',
  'warm-cache',
  'client-crashed',
  'repeated',
  'new-version',
  'aborted',
  'server-log',
] as const
export const Warning = z.object({ code: z.enum(WARNING_CODES), message: z.string() })
export type Warning = z.infer<typeof Warning>

export const TargetFacts = z.object({
  framework: z.enum(FRAMEWORK_IDS),
  version: z.string().nullable(),
  variant: z.string(),
  model: z.string().nullable(),
  /** Without credentials; null when simulated. */
  url: z.string().nullable(),
  simulated: z.boolean(),
  /** The simulated engine is an estimate: no published measurement stands behind its numbers. */
  estimate: z.boolean(),
  /** Any certificate was taken. */
  insecureTls: z.boolean().default(false),
  /** What the body of every request said alike: sampling parameters and the like, without model, prompt and lengths. */
  sampling: z.record(z.string(), z.json()).default({}),
})
export type TargetFacts = z.infer<typeof TargetFacts>

export const LoadFacts = z.object({
  /** Asked for, requests/s; null for all at once. */
  requestRate: z.number().positive().nullable(),
  /** How many are to be measured. What warms the server up and fills its batch is sent in addition. */
  numPrompts: z.int().positive(),
  arrival: z.string(),
  dataset: z.string(),
  maxConcurrency: z.int().positive().nullable(),
  seed: z.int(),
  /** From 0; its workload has the seed `seed + trial`. */
  trial: z.int().nonnegative(),
  /** How many the case has: their reports are judged together. */
  trials: z.int().positive().default(1),
  /**
   * How many tokens at the head of each prompt are a nonce: words of that prompt alone, which no prefix cache knows. 0 where
   * prompts are reused (`reusePrompts`), and in reports older than this field.
   */
  nonceTokens: count.default(0),
  /** What counted the prompt tokens of the workload: a tokenizer, or `words`; null where the dataset does not say. */
  countedBy: z.string().nullable().default(null),
  /** SHA-256 of prompts without the words of their nonces, lengths, offsets and the nonces' length. */
  digest: z.string(),
})
export type LoadFacts = z.infer<typeof LoadFacts>

/** Every request in arrival order, one column each, coded by `src/metrics/columns.ts`. */
export const RequestColumns = z.object({
  count,
  /** base64 of little-endian float64, ms on the run clock. */
  dueAt: z.string(),
  /** base64 of little-endian uint16 log codes, 65535 = absent or failed. */
  lateness: z.string(),
  ttft: z.string(),
  tpot: z.string(),
  e2eLatency: z.string(),
  /** base64 of little-endian uint16, 65535 = unknown; of uint32, 4294967295 = unknown, where a count needs it. */
  promptTokens: z.string(),
  outputTokens: z.string(),
  /** The failed ones, ascending index. */
  failures: z.array(z.object({ index: count, kind: z.enum(FAILURE_KINDS) })),
})
export type RequestColumns = z.infer<typeof RequestColumns>

/** The load that left, against its schedule. */
export const Stimulus = z.object({
  /** Arrivals a second of the schedule; null for all at once. */
  dueRate: rate.nullable(),
  /** Sendings a second; null when they left in one moment. */
  sentRate: rate.nullable(),
  /**
   * Kolmogorov-Smirnov distance between the gaps of the sendings and those of the schedule, 0 (alike within 1 ms) to 1;
   * null without two sendings.
   */
  gapDistance: z.number().min(0).max(1).nullable(),
  /** Sent more than 5 ms after they were due. */
  lateSends: count,
})
export type Stimulus = z.infer<typeof Stimulus>

/** How far the times of a client are off, ms. */
export const ErrorSpread = z.object({ p50: z.number(), p99: z.number(), max: z.number() })
export type ErrorSpread = z.infer<typeof ErrorSpread>

/**
 * The client's own error at the load of the run, measured against a server on the same machine that stamps what it sends: what
 * the client, the kernel and the sharing of the machine add to each time.
 */
export const Calibration = z.object({
  /** Open at once, and the events that came in over all of them: at least those of the run. */
  streams: z.int().positive(),
  eventsPerSecond: rate,
  ttft: ErrorSpread,
  /** Of each gap, either way. */
  itl: ErrorSpread,
  /** Of each stream, either way. It lasted about a second: longer answers have less. */
  tpot: ErrorSpread,
})
export type Calibration = z.infer<typeof Calibration>

/** What is known of the client that measured. */
export const ClientFacts = z.object({
  /** How many sent the load. */
  threads: z.int().positive().default(1),
  /** What carried it: our own HTTP/1.1, or undici. Absent in virtual time, and in reports older than this field. */
  transport: z.enum(['http', 'undici']).optional(),
  /** Host and port of the proxy through which it went; absent where it went directly. */
  proxy: z.string().optional(),
  /**
   * Share of the run in which its thread, the busiest of several, was at work, 0 to 1; null in virtual time, and in reports older
   * than this field.
   */
  utilisation: z.number().min(0).max(1).nullable(),
  calibration: Calibration.nullable(),
  /** Why there is no calibration; null where there is one. */
  notCalibrated: z.string().nullable(),
  /** The P99 of its error may be this share of the limit of an objective. */
  maxErrorShare: z.number().positive(),
})
export type ClientFacts = z.infer<typeof ClientFacts>

/** The client's P99 lateness and error may be this share of what is judged. */
export const MAX_CLIENT_ERROR = 0.05

/** One value for each second of the run, from its first due time. */
export const Series = z.object({
  /** Most requests in flight within the second. */
  inFlight: z.array(count),
  completions: z.array(count),
  outputTokens: z.array(rate),
})
export type Series = z.infer<typeof Series>

/** One value for each sample, null where that sample lacks it; null as a whole where the server does not tell it. */
const gaugeColumn = z.array(rate.nullable()).nullable()

/** Over the samples between the first due time and the last end; null where there is none. */
const GaugeSummary = z.object({ min: rate, mean: rate, max: rate }).nullable()

/**
 * What a histogram of the server gained between the first sample and the last; null where there is none, or nothing was
 * observed. ms.
 */
export const HistogramDelta = z
  .object({
    count: z.int().positive(),
    /** Exact: the sum over the count. */
    meanMs: rate,
    /** Estimates, interpolated within a bucket as Prometheus' `histogram_quantile` does; null above the last bound. */
    p50Ms: rate.nullable(),
    p99Ms: rate.nullable(),
  })
  .nullable()
export type HistogramDelta = z.infer<typeof HistogramDelta>

/** What the server said of itself while the load ran. */
export const Telemetry = z.object({
  sources: z.object({
    /** Address of the metrics, without credentials; a path alone in a simulated engine; null where none was read. */
    metrics: z.string().nullable(),
    /** File whose lines were read; null where none was. */
    log: z.string().nullable(),
  }),
  /** About once a second, from before the first request until after the last. Columns of equal length. */
  samples: z.object({
    /** ms since the first due time, ascending; below 0 before it. */
    at: z.array(z.number()),
    running: gaugeColumn,
    waiting: gaugeColumn,
    swapped: gaugeColumn,
    /** Share of the KV cache in use, 0 to 1. */
    kvCacheUse: gaugeColumn,
    /** Tokens/s since the sample before where the server counts tokens, else as it averages them itself. */
    promptThroughput: gaugeColumn,
    generationThroughput: gaugeColumn,
    /** Since the first sample. */
    preemptions: gaugeColumn,
  }),
  summary: z.object({
    running: GaugeSummary,
    waiting: GaugeSummary,
    swapped: GaugeSummary,
    kvCacheUse: GaugeSummary,
    promptThroughput: GaugeSummary,
    generationThroughput: GaugeSummary,
  }),
  /** Each request once, but for `itl`, which has one observation for each token after the first. */
  histograms: z.object({
    ttft: HistogramDelta,
    queueTime: HistogramDelta,
    prefillTime: HistogramDelta,
    decodeTime: HistogramDelta,
    tpot: HistogramDelta,
    itl: HistogramDelta,
    e2eLatency: HistogramDelta,
  }),
  /** Prompt tokens of the run found in the prefix cache; `queries`, those looked up, is null where it is not told. */
  prefixCache: z.object({ hits: count, queries: count.nullable() }).nullable(),
  /** Median of the polls, from asking to the whole answer: the network, and how busy the server's front is. */
  roundTripMs: rate.nullable(),
  /** Why something could not be read, a sentence each. */
  problems: z.array(z.string()),
})
export type Telemetry = z.infer<typeof Telemetry>

export const Environment = z.object({
  startedAt: z.iso.datetime(),
  hostname: z.string(),
  cpu: z.string(),
  cores: count,
  platform: z.string(),
  node: z.string(),
  tool: z.string(),
})
export type Environment = z.infer<typeof Environment>

export const RunReport = z.object({
  schema: z.literal(RUN_SCHEMA),
  /** `suite > case`: unique among the cases of a build. */
  case: z.string(),
  target: TargetFacts,
  load: LoadFacts,
  metrics: Metrics,
  verdicts: z.array(Verdict),
  validity: z.object({
    /** Measured requests sent over `load.numPrompts`; 1 unless the run was cut short. */
    sentShare: z.number().min(0).max(1),
    /** Arrivals a second over the rate asked for; null for all at once. */
    offeredShare: rate.nullable(),
    stimulus: Stimulus,
    /** Failed or not, requests whose answer had another length than was asked for. */
    lengthMismatches: count,
    /** How many requests' output tokens came from which source. */
    tokenSources: z.record(z.string(), count),
    finishReasons: z.record(z.string(), count),
    /**
     * Of the completed requests with two output tokens or more: how many did not show their pace, so that they have no TPOT
     * and no ITL (`src/metrics/pace.ts`), and how many tokens came at once on average, in one event or several of one read; null without such a
     * request.
     */
    pace: z
      .object({ requests: count, unobserved: count, tokensAtOnce: rate.nullable() })
      .default({ requests: 0, unobserved: 0, tokensAtOnce: null }),
    /** The server's count of prompt tokens less the workload's, a request; `count` of them told. Null when none did. */
    promptTokenDifference: z
      .object({ mean: z.number(), min: z.int(), max: z.int(), count: z.int().positive() })
      .nullable()
      .default(null),
    /**
     * Share of the prompt tokens that the server found in its prefix cache, without what a chat template puts in front of each
     * prompt; null where it does not tell.
     */
    cachedPromptShare: z.number().min(0).max(1).nullable().default(null),
    /** `resent`: requests that lost a reused connection before any byte of an answer, and were sent once more. */
    connections: z
      .object({
        opened: count,
        /** So many of them spoke HTTP/2; absent where the transport does not. */
        http2: count.optional(),
        reused: count,
        resent: count.default(0),
        /** Until each connection could be used, TLS included; null when none was opened. */
        connectMs: distribution.default(null),
      })
      .nullable(),
    client: ClientFacts.default({
      threads: 1,
      utilisation: null,
      calibration: null,
      notCalibrated: 'an older version of this package made the run',
      maxErrorShare: MAX_CLIENT_ERROR,
    }),
    /**
     * Unrecorded requests before the run, and how many recorded ones at its start filled the batch (`trimmed`): they are in no
     * metric, unless they failed.
     */
    warmup: z.object({ sent: count, failed: count, trimmed: count }).default({ sent: 0, failed: 0, trimmed: 0 }),
    warnings: z.array(Warning),
  }),
  /** By kind; empty when nothing failed. */
  errors: z.array(z.object({ kind: z.enum(FAILURE_KINDS), count, example: z.string() })),
  requests: RequestColumns,
  series: Series,
  /** Null where the server is known to tell nothing of itself, and was not asked. */
  telemetry: Telemetry.nullable(),
  environment: Environment,
})
export type RunReport = z.infer<typeof RunReport>

/** A case that never came to run: a server that did not answer, a bad dataset, an exception. */
export const FailedCase = z.object({
  case: z.string(),
  framework: z.string().nullable(),
  message: z.string(),
})
export type FailedCase = z.infer<typeof FailedCase>

export const BenchReport = z.object({
  schema: z.literal(REPORT_SCHEMA),
  runs: z.array(RunReport),
  /** Cases without a run. They failed the build. */
  failedCases: z.array(FailedCase),
  /** Chance that any regression gate failed though nothing changed, at most; 0 where none was decided. */
  falseFailChance: z.number().min(0).max(1).default(0),
})
export type BenchReport = z.infer<typeof BenchReport>
