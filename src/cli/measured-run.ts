import { BenchError } from '../base/errors.ts'
import { decodeRequests } from '../metrics/columns.ts'
import type { CaseReport, Trial } from '../report.ts'
import type { Ms, Tokens } from '../base/units.ts'

/** One request of a measured run: what an engine has to be given to do the same again. */
export interface MeasuredRequest {
  readonly dueAt: Ms
  readonly sentAt: Ms
  /** As the workload counts them, without a chat template. */
  readonly promptTokens: Tokens
  readonly outputTokens: Tokens
  /** Whether the run has a TPOT of it. */
  readonly hasTpot: boolean
}

/** The completed requests of a run, and their latencies. */
export interface MeasuredRun {
  readonly case: string
  readonly requests: readonly MeasuredRequest[]
  /** In the order of the requests. */
  readonly ttft: readonly Ms[]
  /** Of those that have one, in the order of the requests. */
  readonly tpot: readonly Ms[]
}

/** Above this share of failures, what the others saw is not what an engine without failures shows. */
const MOST_FAILED = 0.02

/** Reads a trial; BenchError `no-data` where too much of it failed or an answer's length is unknown. */
export function measuredRun(report: CaseReport, { requests: columns }: Trial): MeasuredRun {
  const { count, failures, dueAt, lateness, ttft, tpot, promptTokens, outputTokens } = decodeRequests(columns)
  if (failures.length > MOST_FAILED * count)
    throw noData(`${failures.length} of ${count} requests of "${report.case}" failed.`)
  const requests: MeasuredRequest[] = []
  for (let i = 0; i < count; i++) {
    if (ttft[i] == null) continue
    if (promptTokens[i] == null || outputTokens[i] == null)
      throw noData(`"${report.case}" does not tell how many tokens each request had.`)
    const due = dueAt[i]!
    requests.push({
      dueAt: due,
      sentAt: due + (lateness[i] ?? 0),
      promptTokens: promptTokens[i]!,
      outputTokens: outputTokens[i]!,
      hasTpot: tpot[i] !== null,
    })
  }
  const known = (column: readonly (Ms | null)[]): Ms[] => column.filter((value) => value !== null)
  return { case: report.case, requests, ttft: known(ttft), tpot: known(tpot) }
}

function noData(what: string): BenchError {
  return new BenchError(what, {
    code: 'no-data',
    remedy: 'Fit with runs in which the server answered: run the case again, perhaps at a lower rate.',
  })
}
