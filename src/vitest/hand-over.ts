import { afterAll, beforeEach, recordArtifact, type RunnerTestCase } from 'vitest'
import type { CaseArtifact } from './types.ts'

/**
 * Resolves when the reporters have a case of a test, and all that had happened before; null for the latter alone.
 *
 * Vitest keeps back for up to 100 ms what it has to tell of its tests, and tells of a run when its test ends. A worker that
 * dies, of memory or of a signal, takes that with it. An artifact is sent after all that was kept back, and Vitest waits until
 * it has arrived.
 */
export async function handOver(test: RunnerTestCase, measured: CaseArtifact['measured']): Promise<void> {
  await recordArtifact(test, { type: 'vitest-llm-bench:case', measured })
  test.artifacts.length = 0
}

/**
 * Hands over how each test ended. That is known after its last hook only, so it is done before the next test, or at the end of
 * the file.
 */
export function handOverEachTest(): void {
  let last: RunnerTestCase | null = null
  const handOverLast = async (): Promise<void> => {
    if (last !== null) await handOver(last, null)
  }
  beforeEach(async ({ task }) => {
    await handOverLast()
    last = task
  })
  afterAll(handOverLast)
}
