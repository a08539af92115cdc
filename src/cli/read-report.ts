import * as z from 'zod'
import { BenchError } from '../base/errors.ts'
import { decodeRequests } from '../metrics/columns.ts'
import { BenchReport } from '../report.ts'
import { readJson } from './read-json.ts'

/**
 * The report.json of a bench. BenchError `bad-report`: naming the file and the fields when it is none, and as `decodeRequests` for
 * a run whose columns are cut.
 */
export function readReport(path: string): BenchReport {
  const parsed = BenchReport.safeParse(readJson(path))
  if (parsed.success) {
    for (const { requests } of parsed.data.runs) decodeRequests(requests)
    return parsed.data
  }
  throw new BenchError(`${path} is not the report of a bench.\n${z.prettifyError(parsed.error)}\n`, {
    code: 'bad-report',
    remedy: 'Give a report.json as this version of vitest-llm-bench writes it.',
  })
}
