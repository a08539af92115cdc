import * as z from 'zod'
import { BenchError } from '../base/errors.ts'
import { decodeRequests } from '../metrics/columns.ts'
import { BenchReport } from '../report.ts'
import { readJson } from './read-json.ts'
import { isOldReport, upgradeReport } from './report-1/upgrade-report.ts'

/**
 * The report.json of a bench; one of schema `report@1` is upgraded. BenchError `bad-report`: naming the file and the fields when it
 * is none, and as `decodeRequests` for a trial whose columns are cut.
 */
export function readReport(path: string): BenchReport {
  return parseReport(readJson(path), (why) => {
    return new BenchError(`${path} is not the report of a bench.\n${why}\n`, {
      code: 'bad-report',
      remedy: 'Give a report.json as this version of vitest-llm-bench writes it.',
    })
  })
}

/** The same of what was read already. `refuse` makes the error for JSON of another shape. */
export function parseReport(json: unknown, refuse: (why: string) => BenchError): BenchReport {
  const report = checked(json, refuse)
  for (const { trials } of report.cases) for (const { requests } of trials) decodeRequests(requests)
  return report
}

function checked(json: unknown, refuse: (why: string) => BenchError): BenchReport {
  try {
    return isOldReport(json) ? upgradeReport(json) : BenchReport.parse(json)
  } catch (error) {
    throw error instanceof z.ZodError ? refuse(z.prettifyError(error)) : error
  }
}
