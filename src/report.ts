import * as z from 'zod'
import { FRAMEWORK_IDS } from './frameworks/catalog.ts'
import { FAILURE_KINDS } from './record.ts'
import { Metrics } from './metrics/metrics.ts'
import { Distribution } from './stats/distribution.ts'
import { Verdict } from './verdict/verdict.ts'

/**
 * One case as judged, with its trials: what crosses from worker to reporter and what lands in a file. It is built once, in the
 * worker, from the exact records; judges append their verdicts, and nobody pools or groups afterwards. Every table, page and
 * verdict can be made from it again, on another machine, months later.
 *
 * JSON-safe: finite numbers, `null` for "no such thing", never NaN or Infinity.
 */
export const CASE_SCHEMA = 'vitest-llm-bench/case@2'
export const REPORT_SCHEMA = 'vitest-llm-bench/report@2'

export { FRAMEWORK_IDS }
export type FrameworkId = (typeof FRAMEWORK_IDS)[number]

export { Distribution, Metrics }

const rate = z.number().nonnegative()
const count = z.int().nonnegative()
const distribution = Distribution.nullable()

/** Doubts about a case; each is printed next to the numbers it concerns. A closed set. */
export const DOUBT_CODES = [
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
/** `trial` is the one that raises it; null where all do, or where it is about the case. */
export const Doubt = z.object({ code: z.enum(DOUBT_CODES), message: z.string(), trial: count.nullable() })
export type Doubt = z.infer<typeof Doubt>

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
  /** How many are to be measured in a trial. What warms the server up and fills its batch is sent in addition. */
  numPrompts: z.int().positive(),
  arrival: z.string(),
  dataset: z.string(),
  maxConcurrency: z.int().positive().nullable(),
  /** Of the first trial; each further one adds 1. */
  seed: z.int(),
  /** How many were asked for; `trials` of the report holds those that ran. */
  trials: z.int().positive(),
  /**
   * How many tokens at the head of each prompt are a nonce: words of that prompt alone, which no prefix cache knows. 0 where
   * prompts are reused (`reusePrompts`), and in reports older than this field.
   */
  nonceTokens: count.default(0),
  /** What counted the prompt tokens of the workload: a tokenizer, or `words`; null where the dataset does not say. */
  countedBy: z.string().nullable().default(null),
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

/** How the load went, and what must be known before its numbers are believed: of one trial, or over all of a case. */
export const Validity = z.object({
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
})
export type Validity = z.infer<typeof Validity>

/** Failures by kind, most frequent first; empty when nothing failed. */
export const Failures = z.array(z.object({ kind: z.enum(FAILURE_KINDS), count, example: z.string() }))
export type Failures = z.infer<typeof Failures>

/** One load of a case. Those of a case differ in their seeds alone. */
export const Trial = z.object({
  /** From 0, unless the load said where to begin. */
  trial: z.int().nonnegative(),
  /** Of its workload. */
  seed: z.int(),
  /** SHA-256 of prompts without the words of their nonces, lengths, offsets and the nonces' length. */
  digest: z.string(),
  metrics: Metrics,
  validity: Validity,
  errors: Failures,
  requests: RequestColumns,
  series: Series,
  /** Null where the server is known to tell nothing of itself, and was not asked. */
  telemetry: Telemetry.nullable(),
})
export type Trial = z.infer<typeof Trial>

export const CaseReport = z.object({
  schema: z.literal(CASE_SCHEMA),
  /** `suite > case`: unique among the cases of a build. */
  case: z.string(),
  target: TargetFacts,
  /** What was asked for, the same for all trials. */
  load: LoadFacts,
  /** Over all trials: samples of all requests, totals over the summed durations, the highest peak. */
  metrics: Metrics,
  /** Over all trials: sums, and the worst where a sum says nothing. */
  validity: Validity,
  /** Over all trials. */
  errors: Failures,
  verdicts: z.array(Verdict),
  doubts: z.array(Doubt),
  /** In the order in which they ran; at least one. */
  trials: z.array(Trial).min(1),
  environment: Environment,
})
export type CaseReport = z.infer<typeof CaseReport>

/** A case that never came to be measured: a server that did not answer, a bad dataset, an exception. */
export const FailedCase = z.object({
  case: z.string(),
  framework: z.string().nullable(),
  message: z.string(),
})
export type FailedCase = z.infer<typeof FailedCase>

export const BenchReport = z.object({
  schema: z.literal(REPORT_SCHEMA),
  cases: z.array(CaseReport),
  /** Cases without a report. They failed the build. */
  failedCases: z.array(FailedCase),
  /** Chance that any regression gate failed though nothing changed, at most; 0 where none was decided. */
  falseFailChance: z.number().min(0).max(1).default(0),
})
export type BenchReport = z.infer<typeof BenchReport>
