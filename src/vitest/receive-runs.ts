import type { Reporter } from 'vitest/node'
import { experimental_getRunnerTask as runnerTaskOf } from 'vitest/node'

/**
 * The other end of `handOver`: writes the runs where the end of their test will put them as well, in its meta, so that
 * reports and blobs have one place to look, and drops every artifact of ours, which would travel into the blobs.
 */
export const receiveRuns: Reporter = {
  onTestCaseArtifactRecord(test, artifact) {
    if (!artifact.type.startsWith('vitest-llm-bench:')) return
    const task = runnerTaskOf(test)
    task.artifacts = task.artifacts.filter((one) => one !== artifact)
    if (artifact.type !== 'vitest-llm-bench:runs' || artifact.runs.length === 0) return
    const meta = (task.meta.serving ??= {})
    meta.runs = [...(meta.runs ?? []).slice(0, artifact.from), ...artifact.runs]
  },
}
