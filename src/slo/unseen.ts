import type { SampleMetric } from '../metrics/metric.ts'
import { isBuffered } from '../metrics/pace.ts'
import { ttft } from '../metrics/ttft.ts'
import type { RequestRecord } from '../record.ts'
import type { Unseen } from '../verdict/verdict.ts'

/** What is not known of a metric because completed requests did not show it; null where all that can have it show it. */
export function unseenOf(metric: SampleMetric, requests: readonly RequestRecord[]): Unseen | null {
  if (metric.unseen === null) return null
  const unseen = countUnseen(metric, requests)
  if (unseen === 0) return null
  const seen = requests.filter((record) => metric.samples(record).length > 0).length
  return {
    why: metric.unseen.why,
    unseen,
    requests: seen + unseen,
    mostlyTextless: countUnseen(ttft, requests) > unseen / 2,
  }
}

/** Whether so many did not show their pace that the others cannot be judged, either. */
export function isTooMuchUnseen({ why, unseen, requests }: Unseen): boolean {
  return why === 'no-pace' && isBuffered({ requests, unobserved: unseen })
}

/** Whether the request must have had such a time, and did not show it. */
export function isUnseen({ unseen }: SampleMetric, record: RequestRecord): boolean {
  return unseen !== null && record.outcome.status === 'completed' && unseen.of(record)
}

function countUnseen(metric: SampleMetric, requests: readonly RequestRecord[]): number {
  return requests.filter((record) => isUnseen(metric, record)).length
}
