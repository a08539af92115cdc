import { afterAll } from 'vitest'
import type { Target } from '../frameworks/target.ts'
import { benchFile } from './bench-file.ts'

/** Stop signal, grace, SIGKILL, and the port's freedom: `hookTimeout` is shorter than a server may need. */
const STOP_TIMEOUT_MS = 60_000

/** Stops the server of a target after the tests of the suite that is being defined. */
export function releaseServerAfterAll(target: Target): void {
  if (target.endpoint.kind === 'launch') afterAll(() => benchFile().fleet?.release(target), STOP_TIMEOUT_MS)
}

/** Stops what is still there after the tests of the file that is being set up. */
export function releaseServersAfterAll(): void {
  afterAll(() => benchFile().fleet?.releaseAll(), STOP_TIMEOUT_MS)
}
