import type { Reporter } from 'vitest/node'
import { experimental_getRunnerTask as runnerTaskOf } from 'vitest/node'

/**
 * The other end of `handOver`: writes a case where the end of its test will put it as well, in the meta of the test, so that
 * reports and blobs have one place to look, and drops every artifact of ours, which would travel into the blobs.
 */
export const receiveRuns: Reporter = {
  onTestCaseArtifactRecord(test, artifact) {
    if (!artifact.type.startsWith('vitest-llm-bench:')) return
    const task = runnerTaskOf(test)
    task.artifacts = task.artifacts.filter((one) => one !== artifact)
    if (artifact.type !== 'vitest-llm-bench:case' || artifact.measured === null) return
    const { at, ...measured } = artifact.measured
    const meta = (task.meta.serving ??= {})
    meta.cases = [...(meta.cases ?? []).slice(0, at), measured, ...(meta.cases ?? []).slice(at + 1)]
  },
}
