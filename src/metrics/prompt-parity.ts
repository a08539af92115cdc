import type { RequestRecord } from '../record.ts'
import type { RunReport, Telemetry } from '../report.ts'

/** How many more prompt tokens the server counts than the workload, over the requests whose count it told; null for none. */
export function promptTokenDifference(
  records: readonly RequestRecord[],
): RunReport['validity']['promptTokenDifference'] {
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
 * The share of the prompt tokens that the server found in its prefix cache: of those that it looked up, or where it does
 * not count these, of those that were sent. Null where it does not tell.
 */
export function cachedPromptShare(records: readonly RequestRecord[], telemetry: Telemetry | null): number | null {
  const cache = telemetry?.prefixCache ?? null
  if (cache === null) return null
  const sent = records.reduce((sum, record) => sum + (record.serverPromptTokens ?? record.promptTokens), 0)
  const lookedUp = cache.queries ?? sent
  return lookedUp === 0 ? null : Math.min(1, cache.hits / lookedUp)
}
