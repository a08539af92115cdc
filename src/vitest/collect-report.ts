import type { SerializedError } from 'vitest'
import type { TestCase, TestModule, TestRunEndReason, TestSuite } from 'vitest/node'
import { closeCase } from '../case/close-case.ts'
import type { SettledCase } from '../case/settle-gates.ts'
import { REPORT_SCHEMA, type BenchReport, type CaseReport, type FailedCase } from '../report.ts'
import { assertionFailed } from '../verdict/make.ts'
import { isTold } from './told-failure.ts'
import type { ServingMeta } from './types.ts'

/**
 * Everything a Vitest run has to say about serving: the cases of each test's last attempt, and whatever failed without
 * one of their verdicts saying so. Works on a live run and on merged blobs alike, because it reads state, not events.
 */
export function collectReport(
  modules: readonly TestModule[],
  unhandledErrors: readonly SerializedError[],
  reason: TestRunEndReason,
): BenchReport {
  const tests = modules.flatMap((module) => [...module.children.allTests()])
  return {
    schema: REPORT_SCHEMA,
    cases: modules.flatMap(casesOfModule),
    failedCases: [
      ...modules.flatMap(failedModule),
      ...modules.flatMap((module) => [...module.children.allSuites()]).flatMap(failedSuite),
      ...tests.flatMap(failedTest),
      ...(reason === 'interrupted' ? [] : tests.flatMap(lostTest)),
      ...unhandledErrors.map((error) => failed('unhandled error', null, withCause(error))),
      ...(reason === 'interrupted' && tests.some((test) => servingOf(test) !== undefined) ? [REST_OF_THE_RUN] : []),
    ],
    falseFailChance: Math.min(
      1,
      modules.flatMap(metasOf).reduce((sum, { falseFailChance = 0 }) => sum + falseFailChance, 0),
    ),
  }
}

/** A signal or `--bail` leaves tests unrun, which are then no different from those that were skipped on purpose. */
const REST_OF_THE_RUN: FailedCase = {
  case: 'rest of the run',
  framework: null,
  message: 'The run was cut short: what is missing here was not measured.',
}

/** Of the module and its tests: both may have decided regression gates. */
function metasOf(module: TestModule): ServingMeta[] {
  return [module, ...module.children.allTests()].flatMap((entity) => entity.meta().serving ?? [])
}

function casesOfModule(module: TestModule): CaseReport[] {
  const settled = new Map(metasOf(module).flatMap((meta) => (meta.settled ?? []).map((one) => [one.case, one])))
  return [...module.children.allTests()].flatMap((test) => casesOf(test, settled))
}

/** What failed outside its tests. */
function failedModule(module: TestModule): FailedCase[] {
  return untold(module.errors()).map((error) => failed(module.relativeModuleId, null, error))
}

/**
 * The cases of the last attempt: the earlier ones of a retried test are superseded. Those that waited get what the end of their
 * file decided. Whatever else failed in the test (an assertion of the author, a misspelt objective) becomes a verdict of its
 * last case, so that no report shows it green.
 */
function casesOf(test: TestCase, settled: ReadonlyMap<string, SettledCase>): CaseReport[] {
  const { cases = [], waiting = [] } = servingOf(test) ?? {}
  const attempt = Math.max(...cases.map((one) => one.attempt))
  const reports = cases.filter((one) => one.attempt === attempt).map(({ report }) => report)
  const assertions = untoldErrors(test).map(({ message }, i) => assertionFailed(message ?? 'no message', i + 1))
  return reports.map((report, index) =>
    closeCase(report, {
      test: test.result().state,
      assertions: index === reports.length - 1 ? assertions : [],
      settled: waiting.includes(report.case) ? (settled.get(report.case) ?? null) : undefined,
    }),
  )
}

/** What the worker put into the test; see `src/vitest/types.ts` for how it comes to stand in `TaskMeta`. */
function servingOf(test: TestCase): ServingMeta | undefined {
  return test.meta().serving
}

/** A failed set-up marks its tests skipped: without this line they would be missing from every report. */
function failedSuite(suite: TestSuite): FailedCase[] {
  return suite.errors().map((error) => failed(suite.fullName, suite.name, error))
}

/** A test that failed before it had a case. */
function failedTest(test: TestCase): FailedCase[] {
  const { framework = null, cases = [] } = servingOf(test) ?? {}
  return cases.length > 0 ? [] : untoldErrors(test).map((error) => failed(test.fullName, framework, error))
}

/** A worker that dies leaves its tests as they are: one under way, the others not begun. */
function lostTest(test: TestCase): FailedCase[] {
  const { framework = null, cases = [] } = servingOf(test) ?? {}
  if (cases.length > 0 || test.result().state !== 'pending') return []
  return [failed(test.fullName, framework, { message: 'Its worker died before it ended: it was not measured.' })]
}

/** Why a test failed, without what the verdicts of its cases say already. */
function untoldErrors(test: TestCase): SerializedError[] {
  const result = test.result()
  return result.state === 'failed' ? untold(result.errors) : []
}

function untold(errors: readonly SerializedError[]): SerializedError[] {
  return errors.filter((error) => !isTold(error))
}

function failed(name: string, framework: string | null, { message, stack }: SerializedError): FailedCase {
  return { case: name, framework, message: message === undefined || message === '' ? (stack ?? 'no message') : message }
}

/** Of a worker that was killed only the cause says how. */
function withCause(error: SerializedError): SerializedError {
  return error.cause === undefined ? error : { ...error, message: `${error.message} ${error.cause.message}` }
}
