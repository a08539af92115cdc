import type { RequestRecord } from '../record.ts'
import type { Metrics, Telemetry, Validity } from '../report.ts'
import type { Tokens } from '../base/units.ts'

/** How many more prompt tokens the server counts than the workload, over the requests whose count it told; null for none. */
export function promptTokenDifference(records: readonly RequestRecord[]): Validity['promptTokenDifference'] {
  const differences = records.flatMap(({ serverPromptTokens, promptTokens }) =>
    serverPromptTokens === null ? [] : [serverPromptTokens - promptTokens],
  )
  if (differences.length === 0) return null
  const sum = differences.reduce((total, difference) => total + difference, 0)
  return {
    mean: sum / differences.length,
    min: differences.reduce((a, b) => Math.min(a, b), Infinity),
    max: differences.reduce((a, b) => Math.max(a, b), -Infinity),
    count: differences.length,
  }
}

/**
 * The input tokens of a row by the server's own count, where `inputTokens` is that of the workload. Null where the server told
 * its count of no request, or not of all that completed.
 */
export function inputTokensByServer({
  metrics,
  validity,
}: {
  readonly metrics: Metrics
  readonly validity: Validity
}): Tokens | null {
  const told = validity.promptTokenDifference
  if (told === null || metrics.completed === 0 || told.count < metrics.completed) return null
  return Math.round(metrics.inputTokens + told.mean * metrics.completed)
}

/**
 * The share of the prompt tokens that the server found in its prefix cache: of those that it looked up, or where it does
 * not count these, of those that were sent. By the counters of its metrics, else by the usage in its answers. Null where it
 * tells neither.
 *
 * What the chat template makes every prompt begin with is no warm cache of prompts: for each request that completed, as many
 * hits are left out as the server counts more tokens than the workload, in the request where that is least. A server that
 * tells no prompt tokens has none left out.
 */
export function cachedPromptShare(records: readonly RequestRecord[], telemetry: Telemetry | null): number | null {
  const cache = telemetry?.prefixCache ?? cacheInUsage(records)
  if (cache === null) return null
  const sent = records.reduce((sum, record) => sum + (record.serverPromptTokens ?? record.promptTokens), 0)
  const lookedUp = cache.queries ?? sent
  if (lookedUp === 0) return null
  const template = Math.max(0, promptTokenDifference(records)?.min ?? 0)
  const completed = records.filter(({ outcome }) => outcome.status === 'completed').length
  return Math.min(1, Math.max(0, cache.hits - completed * template) / lookedUp)
}

/** Of the requests whose answers told both counts; a cache cannot have held more than there was. Null where none did. */
function cacheInUsage(records: readonly RequestRecord[]): Telemetry['prefixCache'] {
  const told = records.flatMap(({ cachedPromptTokens, serverPromptTokens }) =>
    cachedPromptTokens === undefined || serverPromptTokens === null
      ? []
      : [{ hits: Math.min(cachedPromptTokens, serverPromptTokens), queries: serverPromptTokens }],
  )
  if (told.length === 0) return null
  return {
    hits: told.reduce((sum, { hits }) => sum + hits, 0),
    queries: told.reduce((sum, { queries }) => sum + queries, 0),
  }
}
