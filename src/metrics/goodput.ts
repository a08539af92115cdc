import { numberMetric, rate } from './metric.ts'
import { perSecond } from './throughput.ts'

/**
 * Requests a second that were good enough.
 *
 *     completed requests that met every objective / D      one value per run, 1/s; a failed request never meets any
 *
 * Which limits apply to a single request is said in `src/slo/objectives.ts`.
 *
 * "Request goodput" in `vllm bench serve --goodput` and AIPerf, the same quantity; GuideLLM has none.
 */
export const goodput = numberMetric({
  id: 'goodput',
  label: 'goodput',
  unit: '1/s',
  better: 'higher',
  absentWhen: 'the run has no objectives',
  objective: 'bounds',
  schema: rate.nullable(),
  summarise: ({ completed, durationMs, meetsObjectives }) =>
    meetsObjectives === null ? null : perSecond(completed.filter(meetsObjectives).length, durationMs),
})
