const TOLD = Symbol('told by a verdict')

/** Marks an error that repeats what a verdict of a report says: it fails the test, and no reporter needs to list it beside the verdict. */
export function toldByVerdict<E extends Error>(error: E): E {
  return Object.assign(error, { [TOLD]: true })
}

export function isToldByVerdict(error: unknown): boolean {
  return error instanceof Error && TOLD in error
}
