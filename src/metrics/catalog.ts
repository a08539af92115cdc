import { durationMs } from './duration.ts'
import { e2eLatency } from './e2e-latency.ts'
import { errorRate } from './error-rate.ts'
import { goodput } from './goodput.ts'
import { itl } from './itl.ts'
import { peakConcurrency } from './peak-concurrency.ts'
import { queueLateness } from './queue-lateness.ts'
import { inputThroughput, outputThroughput, requestThroughput } from './throughput.ts'
import { completed, failed, inputTokens, outputTokens } from './totals.ts'
import { tpot } from './tpot.ts'
import { ttft } from './ttft.ts'

/**
 * Every metric, in the order of the report. Its schema, the SLO and its grammar, verdicts, tables and exports are made from this
 * list: a further metric is a file of its own and a line here.
 */
export const CATALOG = [
  durationMs,
  completed,
  failed,
  inputTokens,
  outputTokens,
  errorRate,
  requestThroughput,
  inputThroughput,
  outputThroughput,
  goodput,
  ttft,
  tpot,
  itl,
  e2eLatency,
  queueLateness,
  peakConcurrency,
] as const
export type CatalogMetric = (typeof CATALOG)[number]
