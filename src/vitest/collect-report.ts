import type { SerializedError } from 'vitest'
import type { TestCase, TestModule, TestRunEndReason, TestSuite } from 'vitest/node'
import { isWaiting } from '../baseline/gate-verdict.ts'
import { REPORT_SCHEMA, type BenchReport, type FailedCase, type RunReport, type Verdict } from '../report.ts'
import { judgedLine } from './judged-line.ts'
import type { ServingMeta } from './types.ts'

/**
 * Everything a Vitest run has to say about serving: the runs of each test's last attempt, and whatever failed without
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
    runs: modules.flatMap(runsOfModule),
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

/** Its cases wait for the verdicts that its end gives them. */
function runsOfModule(module: TestModule): RunReport[] {
  const settled = new Map(metasOf(module).flatMap((meta) => (meta.settled ?? []).map((one) => [one.case, one])))
  return [...module.children.allTests()].flatMap(runsOf).map((run) => {
    const decided = settled.get(run.case)
    if (decided === undefined || !run.verdicts.some(isWaiting)) return run
    return {
      ...run,
      verdicts: [...run.verdicts.filter((verdict) => !isWaiting(verdict)), ...decided.verdicts],
      validity: { ...run.validity, warnings: [...run.validity.warnings, ...decided.warnings] },
    }
  })
}

/** What failed outside its tests. */
function failedModule(module: TestModule): FailedCase[] {
  return untold(module.errors(), module.meta().serving).map((error) => failed(module.relativeModuleId, null, error))
}

/**
 * The runs of the last attempt: the earlier ones of a retried test are superseded. Whatever else failed in the test (an
 * assertion of the author, a misspelt objective) becomes a verdict of its last run, so that no report shows it green.
 */
function runsOf(test: TestCase): RunReport[] {
  const runs = servingOf(test)?.runs ?? []
  const attempt = Math.max(...runs.map((run) => run.attempt))
  const reports = runs.filter((run) => run.attempt === attempt).map(({ report }) => report)
  const assertions = untoldErrors(test).map(assertionVerdict)
  const { state } = test.result()
  const passed = state === 'passed'
  const lost = state === 'pending' ? [NOT_ENDED] : []
  const told = reports.map((report, index) => {
    const verdicts = [...report.verdicts, ...lost, ...(index === reports.length - 1 ? assertions : [])]
    return { ...report, verdicts }
  })
  return passed ? excused(told) : told
}

/** What the worker put into the test; see `src/vitest/types.ts` for how it comes to stand in `TaskMeta`. */
function servingOf(test: TestCase): ServingMeta | undefined {
  return test.meta().serving
}

/** The verdict on the loads of a test whose worker died: what the test asserts of them is not known. */
const NOT_ENDED: Verdict = {
  kind: 'validity',
  objective: 'complete test',
  verdict: 'invalid',
  observed: null,
  limit: null,
  message: 'The worker died before the test ended: what it asserts was not judged.',
}

/**
 * The runs of a test that passed although some of their verdicts are bad: Vitest's word decides, and the report says what it
 * passed over. Either the test judges nothing of an invalid run, or it is a `test.fails`, or it caught its assertion.
 */
function excused(runs: readonly RunReport[]): RunReport[] {
  const judged = new Set(
    runs.filter(({ verdicts }) => verdicts.some(({ kind }) => kind !== 'validity')).map((run) => run.case),
  )
  return runs.map((run) => {
    const why = judged.has(run.case)
      ? 'it expects a failure, or caught this one'
      : 'it has no objective that judges this run'
    return { ...run, verdicts: run.verdicts.map((verdict) => passedOver(verdict, why)) }
  })
}

function passedOver(verdict: Verdict, why: string): Verdict {
  if (verdict.verdict !== 'fail' && verdict.verdict !== 'invalid') return verdict
  const message = `${verdict.message} (The test passed all the same: ${why}.)`
  return { ...verdict, verdict: 'inconclusive', message }
}

function assertionVerdict({ message }: SerializedError, index: number): Verdict {
  const objective = index === 0 ? 'assertion' : `assertion ${index + 1}`
  return { kind: 'slo', objective, verdict: 'fail', observed: null, limit: null, message: message ?? 'no message' }
}

/** A failed set-up marks its tests skipped: without this line they would be missing from every report. */
function failedSuite(suite: TestSuite): FailedCase[] {
  return suite.errors().map((error) => failed(suite.fullName, suite.name, error))
}

/** A test that failed before it had a run. */
function failedTest(test: TestCase): FailedCase[] {
  const { framework = null, runs = [] } = servingOf(test) ?? {}
  return runs.length > 0 ? [] : untoldErrors(test).map((error) => failed(test.fullName, framework, error))
}

/** A worker that dies leaves its tests as they are: one under way, the others not begun. */
function lostTest(test: TestCase): FailedCase[] {
  const { framework = null, runs = [] } = servingOf(test) ?? {}
  if (runs.length > 0 || test.result().state !== 'pending') return []
  return [failed(test.fullName, framework, { message: 'Its worker died before it ended: it was not measured.' })]
}

/** Why a test failed, without what the verdicts of its runs say already. */
function untoldErrors(test: TestCase): SerializedError[] {
  const result = test.result()
  if (result.state !== 'failed') return []
  return untold(result.errors, servingOf(test))
}

function untold(errors: readonly SerializedError[], { judged = [] }: ServingMeta = {}): SerializedError[] {
  return errors.filter(({ message }) => !judged.includes(judgedLine(message)))
}

function failed(name: string, framework: string | null, { message, stack }: SerializedError): FailedCase {
  return { case: name, framework, message: message === undefined || message === '' ? (stack ?? 'no message') : message }
}

/** Of a worker that was killed only the cause says how. */
function withCause(error: SerializedError): SerializedError {
  return error.cause === undefined ? error : { ...error, message: `${error.message} ${error.cause.message}` }
}
