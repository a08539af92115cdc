import { markTold } from './told-failure.ts'

/**
 * The frames of the caller's caller: who defined a case. An assertion made inside this package would point into
 * `node_modules`; with these frames the terminal and the `::error` of a CI point at the bench file.
 */
export function captureCallSite(below: (...args: never[]) => unknown): string {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, below)
  return (holder.stack ?? '').split('\n').slice(1).join('\n')
}

/** The same failure as Vitest is to see it: with the frames of the definition, and marked where a verdict tells it. Of several each. */
export function atCallSite(error: unknown, frames: string): unknown {
  if (error instanceof AggregateError) for (const inner of error.errors) atCallSite(inner, frames)
  if (error instanceof Error && frames !== '') error.stack = `${error.name}: ${error.message}\n${frames}`
  return markTold(error)
}
