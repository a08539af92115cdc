import { expect, test } from 'vitest'
import type { TestModule } from 'vitest/node'
import { WAITING_VERDICT } from '../src/baseline/gate-verdict.ts'
import type { ServingMeta } from '../src/vitest/types.ts'
import { collectReport } from './collect-report.ts'
import { sampleRun, verdict } from './sample-reports.testkit.ts'

/** A bench file as Vitest hands it to reporters: one test that passed, which carries `meta`. */
function moduleOf(meta: ServingMeta): TestModule {
  const test = { meta: () => ({ serving: meta }), result: () => ({ state: 'passed' }) }
  const children = { allTests: () => [test], allSuites: () => [] }
  return { children, meta: () => ({}), errors: () => [] } as unknown as TestModule
}

test('what the end of a file decided, and doubted, stands in the run that waited for it', () => {
  const run = sampleRun({ verdicts: [WAITING_VERDICT] })
  const gate = verdict('pass', 'TPOT typical no worse', 0, 0.05, 'TPOT typical +0.0%')
  const doubt = { code: 'repeated', message: 'trial 4 was invalid and was repeated' } as const
  const meta = {
    runs: [{ attempt: 0, report: run }],
    settled: [{ case: run.case, verdicts: [gate], warnings: [doubt] }],
  }
  const [settled] = collectReport([moduleOf(meta)], [], 'passed').runs
  expect(settled?.verdicts).toEqual([gate])
  expect(settled?.validity.warnings).toEqual([...run.validity.warnings, doubt])
  const [other] = collectReport(
    [moduleOf({ ...meta, settled: [{ ...meta.settled[0]!, case: 'other' }] })],
    [],
    'passed',
  ).runs
  expect(other).toEqual(run)
})
