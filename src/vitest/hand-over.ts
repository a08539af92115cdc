import { afterAll, beforeEach, recordArtifact, type RunnerTestCase } from 'vitest'

/**
 * Resolves when the reporters have the runs of a test from number `from` on, and all that had happened before.
 *
 * Vitest keeps back for up to 100 ms what it has to tell of its tests, and tells of a run when its test ends. A worker that
 * dies, of memory or of a signal, takes that with it. An artifact is sent after all that was kept back, and Vitest waits until
 * it has arrived.
 */
export async function handOver(test: RunnerTestCase, from: number): Promise<void> {
  const runs = test.meta.serving?.runs?.slice(from) ?? []
  await recordArtifact(test, { type: 'vitest-llm-bench:runs', from, runs })
  test.artifacts.length = 0
}

/**
 * Hands over how each test ended. That is known after its last hook only, so it is done before the next test, or at the end of
 * the file.
 */
export function handOverEachTest(): void {
  let last: RunnerTestCase | null = null
  const handOverLast = async (): Promise<void> => {
    if (last !== null) await handOver(last, last.meta.serving?.runs?.length ?? 0)
  }
  beforeEach(async ({ task }) => {
    await handOverLast()
    last = task
  })
  afterAll(handOverLast)
}
