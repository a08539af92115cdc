import type { CaseReport } from '../src/report.ts'
import { fullLabel } from './groups.ts'
import { plainLine } from '../src/base/plain-text.ts'
import { formatCount, formatShare } from './units.ts'

/** Of a report, with a row for each case. */
export interface TrustFactsInput {
  readonly cases: readonly CaseReport[]
  label(row: CaseReport): string
}

/**
 * What was sent and how, beside the numbers: the shape of the load, warm-up, repeated requests, sampling parameters, prompts
 * as the servers counted them, and what of their telemetry could not be read. A sentence each; none where nothing is known.
 */
export function trustFacts({ cases, label }: TrustFactsInput): string[] {
  return [
    ...offered(cases),
    ...schedule(cases, label),
    ...warmup(cases),
    ...resent(cases),
    ...sampling(cases),
    ...prompts(cases),
    ...prefixCaches(cases, label),
    ...telemetry(cases),
  ]
}

function offered(cases: readonly CaseReport[]): string[] {
  const shares = cases.flatMap(({ validity }) => validity.offeredShare ?? [])
  if (shares.length === 0) return []
  const [least, most] = [Math.min(...shares), Math.max(...shares)].map(formatShare)
  return [`Arrivals came at ${least === most ? least : `${least} to ${most}`} of the rate that was asked for.`]
}

/** Under a cap of concurrency it is the cap that holds requests back. */
function schedule(cases: readonly CaseReport[], label: (row: CaseReport) => string): string[] {
  const known = cases.flatMap((row) => {
    const { gapDistance, lateSends } = row.validity.stimulus
    return gapDistance === null || row.load.maxConcurrency !== null ? [] : [{ row, gapDistance, lateSends }]
  })
  if (known.length === 0) return []
  const worst = known.reduce((a, b) => (b.gapDistance > a.gapDistance ? b : a))
  const late = known.reduce((sum, { lateSends }) => sum + lateSends, 0)
  const shape =
    worst.gapDistance === 0
      ? 'The gaps between the sent requests are those of the schedule, within 1 ms'
      : `The gaps between the sent requests differ from the schedule by at most ${worst.gapDistance.toFixed(3)} (Kolmogorov-Smirnov distance, 0 is alike; ${label(worst.row)})`
  return [`${shape}; ${late === 0 ? 'none' : late} left more than 5 ms late.`]
}

function warmup(cases: readonly CaseReport[]): string[] {
  const total = (count: (row: CaseReport) => number): number => cases.reduce((sum, row) => sum + count(row), 0)
  const sent = total(({ validity }) => validity.warmup.sent)
  const failed = total(({ validity }) => validity.warmup.failed)
  const trimmed = total(({ validity }) => validity.warmup.trimmed)
  const ofThem = failed > 0 ? `, ${failed} of which failed` : ''
  const warm = sent === 0 ? 'No server was warmed up' : `${formatCount(sent, 'request')} warmed the servers up${ofThem}`
  const filled =
    trimmed === 0
      ? 'every request of the runs is in the numbers'
      : `${formatCount(trimmed, 'request')} filled their batches before the measured ones, and counted only if they failed`
  return [`${warm}; ${filled}.`]
}

function resent(cases: readonly CaseReport[]): string[] {
  const known = cases.flatMap(({ validity }) => validity.connections ?? [])
  if (known.length === 0) return []
  const count = known.reduce((sum, connections) => sum + connections.resent, 0)
  return [
    count === 0
      ? 'No request was sent twice.'
      : `${formatCount(count, 'request')} lost a reused connection before any answer and went out a second time.`,
  ]
}

/** Of each target once. */
function sampling(cases: readonly CaseReport[]): string[] {
  const said = new Map(cases.map(({ target }) => [fullLabel(target), target.sampling]))
  const known = [...said].filter(([, fields]) => Object.keys(fields).length > 0)
  return [...Map.groupBy(known, ([, fields]) => JSON.stringify(fields))].map(([fields, targets]) => {
    const who = targets.length === said.size ? 'Every request' : `Every request to ${names(targets)}`
    return `${who} said ${plainLine(fields)}.`
  })
}

/** Whose count the input tokens are, and what the servers say. */
function prompts(cases: readonly CaseReport[]): string[] {
  if (cases.length === 0) return []
  const counters = [...new Set(cases.map(({ load }) => load.countedBy ?? 'the dataset itself'))].map(plainLine)
  const whose = `Input tokens are those of the workload, as counted by ${counters.join(' and ')}.`
  const known = cases.flatMap(({ target, validity: { promptTokenDifference: told } }) =>
    told === null ? [] : [[fullLabel(target), told] as const],
  )
  const differing = [...Map.groupBy(known, ([name]) => name)].flatMap(([name, told]) => {
    const least = Math.min(...told.map(([, { min }]) => min))
    const most = Math.max(...told.map(([, { max }]) => max))
    if (least === 0 && most === 0) return []
    const range = least === most ? String(least) : `${least} to ${most}`
    return [`${plainLine(name)} counts ${range} more tokens in a prompt than the workload has.`]
  })
  return [whose, ...differing]
}

/** The largest share, and how many rows told none. */
function prefixCaches(cases: readonly CaseReport[], label: (row: CaseReport) => string): string[] {
  const told = cases.flatMap((row) => {
    const { cachedPromptShare: share } = row.validity
    return share === null ? [] : [{ row, share }]
  })
  if (told.length === 0) return []
  const silent = cases.length - told.length
  const rest = silent === 0 ? '' : `; the servers of ${formatCount(silent, 'case')} do not tell`
  const { row, share } = told.reduce((a, b) => (b.share > a.share ? b : a))
  const found =
    share === 0
      ? 'No prompt token came from a prefix cache'
      : `At most ${formatShare(share)} of the prompt tokens of a case came from a prefix cache (${label(row)})`
  return [`${found}${rest}.`]
}

/** Each problem once, with the targets that had it. */
function telemetry(cases: readonly CaseReport[]): string[] {
  const problems = cases.flatMap(({ target, trials }) =>
    trials.flatMap(({ telemetry: told }) =>
      (told?.problems ?? []).map((problem) => [fullLabel(target), plainLine(problem)] as const),
    ),
  )
  return [...Map.groupBy(problems, ([, problem]) => problem)].map(
    ([problem, targets]) => `Telemetry of ${names(targets)}: ${problem}`,
  )
}

function names(targets: readonly (readonly [name: string, ...unknown[]])[]): string {
  return [...new Set(targets.map(([name]) => plainLine(name)))].join(', ')
}
