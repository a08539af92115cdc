import { durationMs } from './duration.ts'
import { e2eLatency } from './e2e-latency.ts'
import { errorRate } from './error-rate.ts'
import { goodput } from './goodput.ts'
import { itl } from './itl.ts'
import type { Metric } from './metric.ts'
import { peakConcurrency } from './peak-concurrency.ts'
import { queueLateness } from './queue-lateness.ts'
import { inputThroughput, outputThroughput, requestThroughput } from './throughput.ts'
import { tpot } from './tpot.ts'
import { ttft } from './ttft.ts'

/** Every metric, in the order in which verdicts and tables list them. */
export const CATALOG: readonly Metric[] = [
  ttft,
  tpot,
  itl,
  e2eLatency,
  queueLateness,
  errorRate,
  requestThroughput,
  inputThroughput,
  outputThroughput,
  goodput,
  durationMs,
  peakConcurrency,
]

/** The metrics that an SLO may speak of. */
export const OBJECTIVE_METRIC_IDS = [
  'ttft',
  'tpot',
  'itl',
  'e2eLatency',
  'queueLateness',
  'errorRate',
  'requestThroughput',
  'inputThroughput',
  'outputThroughput',
  'goodput',
] as const
