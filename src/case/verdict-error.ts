import { BenchError } from '../base/errors.ts'

/** An error that repeats what a verdict of a report says: it fails the test, and no reporter needs to list it beside the verdict. */
export class VerdictError extends BenchError {}
