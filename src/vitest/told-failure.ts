import type { SerializedError } from 'vitest'
import { isToldByVerdict } from '../case/told-by-verdict.ts'

/** What a matcher returns as `meta` where the verdicts of a report say what fails: no reporter needs to list it beside them. */
export const TOLD_BY_VERDICTS = { toldByVerdicts: true } as const

/** Vitest keeps the `meta` of a matcher under this name on its way to reporters, and prints it nowhere. */
const CONTEXT = '__vitest_error_context__'

/** The same error, marked as a matcher's failure is where a verdict tells it. */
export function markTold(error: unknown): unknown {
  return isToldByVerdict(error) ? Object.assign(error as Error, { [CONTEXT]: { meta: TOLD_BY_VERDICTS } }) : error
}

/** Whether the verdicts of a report say what this error says. */
export function isTold(error: SerializedError): boolean {
  const context = error[CONTEXT] as { readonly meta?: Partial<typeof TOLD_BY_VERDICTS> } | undefined
  return context?.meta?.toldByVerdicts === true
}
