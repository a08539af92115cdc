import type { FailureKind, RequestRecord } from '../record.ts'
import type { Failures } from '../report.ts'

/** Failures by kind, most frequent first, each with the message of its first request. */
export function countErrors(records: readonly RequestRecord[]): Failures {
  const errors = new Map<FailureKind, { kind: FailureKind; count: number; example: string }>()
  for (const { outcome } of records) {
    if (outcome.status !== 'failed') continue
    const error = errors.get(outcome.kind)
    if (error === undefined) errors.set(outcome.kind, { kind: outcome.kind, count: 1, example: outcome.message })
    else error.count++
  }
  return [...errors.values()].sort((a, b) => b.count - a.count)
}
