import { BenchError } from '../src/base/errors.ts'
import { BenchReport } from '../src/report.ts'
import { groupRuns } from './groups.ts'
import { onlyWritable } from './only-writable.ts'

/**
 * The report as JSON: runs in the order of the table and one on a line, keys in the order of the schema, so that equal
 * reports are equal files and a diff names the run. A case with anything the schema does not allow (JSON would write NaN as
 * null) is a failed case. Throws BenchError `bad-report` where something else than a run does not fit.
 */
export function renderJson(report: BenchReport): string {
  const parsed = BenchReport.safeParse(onlyWritable(report))
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'it does not fit the schema' }
    throw new BenchError(`The report cannot be written as JSON: ${path.join('.')}: ${message}.`, {
      code: 'bad-report',
      remedy: 'Report this with what produced it.',
      cause: parsed.error,
    })
  }
  const { schema, runs, failedCases, falseFailChance } = parsed.data
  const sorted = groupRuns(runs).flatMap((group) => group.runs)
  return [
    '{',
    `  "schema": ${JSON.stringify(schema)},`,
    `  "runs": ${lineForEach(sorted)},`,
    `  "failedCases": ${lineForEach(failedCases)},`,
    `  "falseFailChance": ${falseFailChance}`,
    '}',
    '',
  ].join('\n')
}

function lineForEach(values: readonly unknown[]): string {
  if (values.length === 0) return '[]'
  return `[\n${values.map((value) => `    ${JSON.stringify(value)}`).join(',\n')}\n  ]`
}
