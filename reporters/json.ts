import { BenchError } from '../src/base/errors.ts'
import { BenchReport, type CaseReport } from '../src/report.ts'
import { inWords } from '../src/verdict/words.ts'
import { groupCases } from './groups.ts'
import { onlyWritable } from './only-writable.ts'

/**
 * The report as JSON: cases in the order of the table and one on a line, keys in the order of the schema, so that equal
 * reports are equal files and a diff names the case. Beside the numbers of each verdict stand `objective`, `observed`, `limit` and
 * `message`, for people; whoever reads the file makes them again. A case with anything the schema does not allow (JSON would write
 * NaN as null) is a failed case. Throws BenchError `bad-report` where something else than a case does not fit.
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
  const { schema, cases, failedCases, falseFailChance } = parsed.data
  const sorted = groupCases(cases).flatMap((group) => group.cases)
  return [
    '{',
    `  "schema": ${JSON.stringify(schema)},`,
    `  "cases": ${lineForEach(sorted.map(withWords))},`,
    `  "failedCases": ${lineForEach(failedCases)},`,
    `  "falseFailChance": ${falseFailChance}`,
    '}',
    '',
  ].join('\n')
}

function withWords(row: CaseReport): object {
  const verdicts = row.verdicts.map((one) => {
    const { kind, verdict, ...numbers } = one
    return { kind, verdict, ...inWords(one), ...numbers }
  })
  return { ...row, verdicts }
}

function lineForEach(values: readonly unknown[]): string {
  if (values.length === 0) return '[]'
  return `[\n${values.map((value) => `    ${JSON.stringify(value)}`).join(',\n')}\n  ]`
}
