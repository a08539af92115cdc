import { expect, test } from 'vitest'
import type { TestModule } from 'vitest/node'
import { WAITING_VERDICT } from '../baseline/gate-verdict.ts'
import type { Verdict } from '../report.ts'
import type { ServingMeta } from './types.ts'
import { collectReport } from './collect-report.ts'
import { sampleRun, verdict } from '../../reporters/sample-reports.testkit.ts'

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

test('of an invalid run in a test that passed the report says whether anything judged it', () => {
  const late = { ...verdict('invalid', 'client on time', 9, 5, 'The client was late.'), kind: 'validity' as const }
  const told = (...trials: Verdict[][]): string[] => {
    const runs = trials.map((verdicts) => ({ attempt: 0, report: sampleRun({ verdicts }) }))
    return collectReport([moduleOf({ runs })], [], 'passed').runs.flatMap(({ verdicts }) =>
      verdicts.map(({ verdict: word, message }) => `${word}: ${message}`),
    )
  }
  expect(told([late])).toEqual([
    'inconclusive: The client was late. (The test passed all the same: it has no objective that judges this run.)',
  ])
  const caught = '(The test passed all the same: it expects a failure, or caught this one.)'
  // The verdicts on a case stand in its first trial; here it is the second one that was late.
  expect(told([verdict('invalid', 'ttft.p50', 9, 5, 'not judged')], [late])).toEqual([
    `inconclusive: not judged ${caught}`,
    `inconclusive: The client was late. ${caught}`,
  ])
})
