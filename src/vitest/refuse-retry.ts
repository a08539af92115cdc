import { BenchError } from '../base/errors.ts'

/** Vitest's own word for how often a failed test is run again. */
export type Retry = number | { readonly count?: number | undefined } | undefined

/** A retried gate passes as soon as one of its attempts does, so that noise turns it green. */
export function refuseRetry(retry: Retry, what: string): void {
  const count = (typeof retry === 'object' ? retry.count : retry) ?? 0
  if (count === 0) return
  throw new BenchError(
    `${what} is judged in a test that Vitest may retry (${count}), and would pass if any attempt passed.`,
    {
      code: 'bad-slo',
      remedy: 'Set `retry: 0` for it, and give the load `trials` instead: those are judged together.',
    },
  )
}
