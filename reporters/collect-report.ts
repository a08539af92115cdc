import type { SerializedError } from 'vitest'
import type { TestCase, TestModule, TestSuite } from 'vitest/node'
import { REPORT_SCHEMA, type BenchReport, type FailedCase, type RunReport } from '../src/report.ts'
import type {} from '../src/vitest/types.ts'

/**
 * Everything a Vitest run has to say about serving: the runs of each test's last attempt, and whatever failed without
 * one of their verdicts saying so. Works on a live run and on merged blobs alike, because it reads state, not events.
 */
export function collectReport(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[],
): BenchReport {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  return {
    schema: REPORT_SCHEMA,
    runs: tests.flatMap(runsOf),
    failedCases: [
      ...modules.flatMap((module) => module.errors().map((error) => failed(module.relativeModuleId, null, error))),
      ...modules.flatMap((module) => [...module.children.allSuites()]).flatMap(failedSuite),
      ...tests.flatMap(failedTest),
      ...unhandledErrors.map((error) => failed('unhandled error', null, error)),
    ],
  }
}

/** The runs of the last attempt: the earlier ones of a retried test are superseded. */
function runsOf(test: TestCase): RunReport[] {
  const runs = test.meta().serving?.runs ?? []
  const last = Math.max(...runs.map(({ attempt }) => attempt))
  return runs.filter(({ attempt }) => attempt === last).map(({ report }) => report)
}

/** A failed set-up marks its tests skipped: without this line they would be missing from every report. */
function failedSuite(suite: TestSuite): FailedCase[] {
  return suite.errors().map((error) => failed(suite.fullName, suite.name, error))
}

function failedTest(test: TestCase): FailedCase[] {
  const result = test.result()
  if (result.state !== 'failed') return []
  const { framework = null, judged = [] } = test.meta().serving ?? {}
  return result.errors
    .filter(({ message }) => !judged.includes(firstLine(message)))
    .map((error) => failed(test.fullName, framework, error))
}

function failed(name: string, framework: string | null, { message, stack }: { message?: string; stack?: string | undefined }): FailedCase {
  return { case: name, framework, message: message === undefined || message === '' ? (stack ?? 'no message') : message }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
