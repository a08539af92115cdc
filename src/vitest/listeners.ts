import { inject, recordArtifact, type RunnerTestCase, type TestArtifact } from 'vitest'
import type { RunCaseOptions } from '../case/serving-case.ts'
import type { ServedLoad } from '../case/with-server.ts'

/** What tells the reporters how the load of a case in a test gets on, and the start of its server. */
export type Listeners = Partial<Pick<RunCaseOptions, 'onProgress' | 'onPlan' | 'onNotice'>> &
  Pick<ServedLoad, 'onLoading'>

/** None where no reporter listens. */
export function listenersOf(name: string, test: RunnerTestCase): Listeners {
  if (inject('servingBench').progressMs === null) return {}
  const tell = (artifact: TestArtifact): void => {
    void recordArtifact(test, artifact)
    // Shown and forgotten: kept artifacts would travel into every blob.
    test.artifacts.length = 0
  }
  return {
    onProgress: (progress) => tell({ type: 'vitest-llm-bench:progress', name, progress }),
    onPlan: (plan) => tell({ type: 'vitest-llm-bench:plan', name, plan }),
    onNotice: (notice) => tell({ type: 'vitest-llm-bench:notice', notice }),
    onLoading: (loading) => tell({ type: 'vitest-llm-bench:loading', name, ...loading }),
  }
}
