/**
 * The frames of the caller's caller: who defined a case. An assertion made inside this package would point into
 * `node_modules`; with these frames the terminal and the `::error` of a CI point at the bench file.
 */
export function captureCallSite(below: (...args: never[]) => unknown): string {
  const holder: { stack?: string } = {}
  Error.captureStackTrace(holder, below)
  return (holder.stack ?? '').split('\n').slice(1).join('\n')
}

/** The same error, with the frames of the definition. Its cause and code stay. */
export function atCallSite(error: unknown, frames: string): unknown {
  if (error instanceof Error && frames !== '') error.stack = `${error.name}: ${error.message}\n${frames}`
  return error
}
