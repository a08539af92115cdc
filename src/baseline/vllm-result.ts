import * as z from 'zod'
import { FRAMEWORK_IDS } from '../frameworks/catalog.ts'
import { BenchError } from '../base/errors.ts'
import { decodeMeasured } from '../metrics/measured-requests.ts'
import type { CaseReport, Trial } from '../report.ts'
import { quantile } from '../stats/quantile.ts'
import { mean, variance } from '../stats/variance.ts'
import { MS_PER_SECOND, type Ms } from '../base/units.ts'
import { HISTORY_SCHEMA, type HistoryEntry } from './history.ts'

/**
 * The result file of `vllm bench serve --save-result`, and of `benchmark_serving.py` before it. Keys as of vLLM 0.4.1
 * (May 2024: no `failed`, no ITL, `input_throughput`) and of vLLM in 2026 (`endpoint_type`, `label`, `burstiness`,
 * `total_token_throughput`, percentiles as asked for).
 */
const VllmResult = z.looseObject({
  date: z.string().regex(/^\d{8}-\d{6}$/),
  backend: z.string().optional(),
  endpoint_type: z.string().optional(),
  label: z.string().nullish(),
  model_id: z.string(),
  num_prompts: z.int().positive(),
  request_rate: z.union([z.number().positive(), z.literal('inf')]),
  duration: z.number().positive(),
  completed: z.int().nonnegative(),
  failed: z.int().nonnegative().optional(),
  total_input_tokens: z.int().nonnegative(),
  total_output_tokens: z.int().nonnegative(),
  request_throughput: z.number().nonnegative(),
  output_throughput: z.number().nonnegative(),
})

const LATENCIES = { ttft: 'ttft', tpot: 'tpot', itl: 'itl', e2el: 'e2eLatency' } as const
const STATISTIC = /^(mean|median|std|p\d+(?:\.\d+)?)_(ttft|tpot|itl|e2el)_ms$/

/**
 * The measured requests of a trial as `vllm bench serve` would have written them, by its definitions: latencies count from the
 * sending, failures are in no latency, times in arrays are seconds, and a failed request has 0 there and its kind in `errors`.
 * Answers and the gaps between tokens are not in a report, so `generated_texts` and `itls` are missing.
 */
export function toVllmResult({ target, load, environment }: CaseReport, trial: Trial): Record<string, unknown> {
  const { metrics } = trial
  const columns = decodeMeasured(trial)
  const kinds = new Map(columns.failures.map(({ index, kind }) => [index, kind]))
  const isCompleted = (_: unknown, index: number): boolean => !kinds.has(index)
  const sinceSending = (column: readonly (Ms | null)[]): (Ms | null)[] =>
    column.map((value, i) => (value === null ? null : Math.max(0, value - (columns.lateness[i] ?? 0))))
  const ttft = sinceSending(columns.ttft)
  const e2eLatency = sinceSending(columns.e2eLatency)
  const seconds = (column: readonly (Ms | null)[]): number[] => column.map((value) => (value ?? 0) / MS_PER_SECOND)
  const durationSeconds = metrics.durationMs / MS_PER_SECOND
  return {
    date: environment.startedAt.replace(/[-:]/g, '').replace('T', '-').slice(0, 15),
    endpoint_type: target.framework,
    backend: target.framework,
    label: [target.framework, target.version, target.variant].filter((part) => part !== null).join(' '),
    model_id: target.model,
    tokenizer_id: target.model,
    num_prompts: columns.count,
    simulated: target.simulated,
    request_rate: load.requestRate ?? 'inf',
    max_concurrency: load.maxConcurrency,
    duration: durationSeconds,
    completed: metrics.completed,
    failed: metrics.failed,
    total_input_tokens: metrics.inputTokens,
    total_output_tokens: metrics.outputTokens,
    request_throughput: metrics.requestThroughput,
    ...(metrics.goodput === null ? {} : { request_goodput: metrics.goodput }),
    output_throughput: metrics.outputThroughput,
    total_token_throughput: (metrics.inputTokens + metrics.outputTokens) / durationSeconds,
    input_lens: columns.promptTokens.map((tokens) => tokens ?? 0),
    output_lens: columns.outputTokens.map((tokens, i) => (kinds.has(i) ? 0 : (tokens ?? 0))),
    ttfts: seconds(ttft),
    latencies: seconds(e2eLatency),
    start_times: columns.dueAt.map((due, i) => (due + (columns.lateness[i] ?? 0)) / MS_PER_SECOND),
    errors: columns.dueAt.map((_, i) => kinds.get(i) ?? ''),
    max_concurrent_requests: metrics.peakConcurrency,
    ...statistics('ttft', ttft.filter(isCompleted)),
    ...statistics('tpot', columns.tpot.filter(isCompleted)),
    ...(metrics.itl === null
      ? {}
      : {
          mean_itl_ms: metrics.itl.mean,
          median_itl_ms: metrics.itl.p50,
          std_itl_ms: metrics.itl.std,
          p90_itl_ms: metrics.itl.p90,
          p99_itl_ms: metrics.itl.p99,
        }),
    ...statistics('e2el', e2eLatency.filter(isCompleted)),
  }
}

function statistics(name: string, column: readonly (Ms | null)[]): Record<string, number> {
  const values = column.filter((value) => value !== null)
  if (values.length === 0) return {}
  const sorted = Float64Array.from(values).sort()
  return {
    [`mean_${name}_ms`]: mean(values),
    [`median_${name}_ms`]: quantile(sorted, 0.5),
    [`std_${name}_ms`]: values.length < 2 ? 0 : Math.sqrt(variance(values)),
    ...Object.fromEntries([50, 90, 95, 99].map((p) => [`p${p}_${name}_ms`, quantile(sorted, p / 100)])),
  }
}

/**
 * A result of vLLM's client as a line of a history. It does not tell the server's version: `label` stands for it where
 * there is one, else the day. Its latencies count from the sending, ours from the due time: one case holds one source.
 *
 * BenchError `bad-report`, naming the field, for JSON of another shape.
 */
export function fromVllmResult(json: unknown, place: string): HistoryEntry {
  const parsed = VllmResult.safeParse(json)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new BenchError(`${place} is no result of vllm bench serve (${issue?.path.join('.')}: ${issue?.message}).`, {
      code: 'bad-report',
      remedy: 'Give a file that `vllm bench serve --save-result` wrote.',
    })
  }
  const result = parsed.data
  const { date, request_rate: rate } = result
  const server = result.backend ?? result.endpoint_type ?? 'openai'
  return {
    schema: HISTORY_SCHEMA,
    case: `vllm bench serve > ${server}, ${result.num_prompts} prompts`,
    source: 'vllm bench serve',
    // Its other backends speak OpenAI's protocol.
    framework: FRAMEWORK_IDS.includes(server) ? server : 'openai',
    version: result.label ?? null,
    variant: 'base',
    model: result.model_id,
    simulated: false,
    requestRate: rate === 'inf' ? null : rate,
    digest: null,
    recordedAt: `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6, 8)}T${date.slice(9, 11)}:${date.slice(11, 13)}:${date.slice(13, 15)}Z`,
    trials: [{ seed: null, metrics: { ...totals(result), ...latencies(result) } }],
  }
}

function totals(result: z.infer<typeof VllmResult>): Record<string, number> {
  return {
    durationMs: result.duration * MS_PER_SECOND,
    completed: result.completed,
    failed: result.failed ?? result.num_prompts - result.completed,
    inputTokens: result.total_input_tokens,
    outputTokens: result.total_output_tokens,
    requestThroughput: result.request_throughput,
    inputThroughput: result.total_input_tokens / result.duration,
    outputThroughput: result.output_throughput,
  }
}

function latencies(result: Readonly<Record<string, unknown>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(result).flatMap(([key, value]) => {
      const [, statistic, name] = STATISTIC.exec(key) ?? []
      if (statistic === undefined || typeof value !== 'number' || !Number.isFinite(value)) return []
      const metric = LATENCIES[name as keyof typeof LATENCIES]
      return [[`${metric}.${statistic === 'median' ? 'p50' : statistic}`, value]]
    }),
  )
}
