import { comparability } from '../src/metrics/comparability.ts'
import { isBuffered, severalTokens, unobservedPace } from '../src/metrics/pace.ts'
import type { CaseReport } from '../src/metrics/pool-trials.ts'
import { inputTokensByServer } from '../src/metrics/prompt-parity.ts'
import { hasCachedPrompts } from './columns.ts'
import { labelRuns } from './groups.ts'
import { plainLine } from '../src/base/plain-text.ts'
import { formatCount, formatShare } from './units.ts'

/** A doubt about some rows, marked there by its letter. */
export interface Footnote {
  readonly letter: string
  /** A line for each thing that is said, with the row where one row among several says it. */
  readonly lines: readonly string[]
  readonly runs: ReadonlySet<CaseReport>
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/**
 * The warnings and request errors of `runs` (in the order of the table), a letter for each kind. Where every run is
 * simulated the heading says so once, and no footnote repeats it. Nor does any repeat the column of the prefix cache.
 */
export function collectFootnotes(runs: readonly CaseReport[]): Footnote[] {
  const labels = labelRuns(runs)
  const quiet = allSimulated(runs)
  const remarks = comparability(runs)
  const doubts = runs
    .flatMap((run) => doubtsOf(run, remarks.get(run)).map((doubt) => ({ run, ...doubt })))
    .filter(({ code }) => !(quiet && code === 'simulated') && !(runs.some(hasCachedPrompts) && code === PREFIX_CACHE))
  return [...Map.groupBy(doubts, ({ code }) => code)].map(([code, members], i) => {
    const messages = [...Map.groupBy(members, ({ message }) => message)]
    const lines = messages.map(([message, said]) => {
      const label =
        said[0] !== undefined && said.length === 1 && messages.length > 1 ? labels.get(said[0].run) : undefined
      return label === undefined ? `${code}: ${message}` : `${code}: ${label}: ${message}`
    })
    return { letter: LETTERS.charAt(i), lines, runs: new Set(members.map(({ run }) => run)) }
  })
}

/** Whether no number of the report comes from a real server. False for an empty report. */
export function allSimulated(runs: readonly CaseReport[]): boolean {
  return runs.length > 0 && runs.every(({ target }) => target.simulated)
}

/** The letters of a row, in order: `ab`; empty when nobody doubts it. */
export function lettersOf(run: CaseReport, footnotes: readonly Footnote[]): string {
  return footnotes
    .filter(({ runs }) => runs.has(run))
    .map(({ letter }) => letter)
    .join('')
}

/** Warnings, errors and what `comparability` says of one run, as plain lines. */
export function doubtsOf(
  { target, metrics, validity, errors, load }: CaseReport,
  notComparable: readonly string[] = [],
): { code: string; message: string }[] {
  const { numPrompts, trials } = load
  const pooled = `${trials} trials of ${numPrompts / trials} requests, pooled`
  const doubts = [
    ...(trials > 1 ? [{ code: 'trials', message: pooled }] : []),
    ...warmupOf(validity),
    ...prefixCacheOf(validity),
    ...inputTokensOf({ load, metrics, validity }),
    ...paceOf(validity),
    ...validity.warnings.map(({ code, message }) => ({ code: code as string, message: plainLine(message) })),
    ...notComparable.map((reason) => ({ code: 'not comparable', message: plainLine(reason) })),
  ]
  if (target.simulated && !doubts.some(({ code }) => code === 'simulated')) {
    doubts.push({ code: 'simulated', message: 'answered by a simulated server' })
  }
  if (errors.length > 0) {
    const kinds = errors.map(({ kind, count, example }) => `${kind} ${count} (${plainLine(example)})`).join('; ')
    doubts.push({
      code: 'errors',
      message: `${metrics.failed} of ${metrics.completed + metrics.failed} requests failed: ${kinds}`,
    })
  }
  return doubts
}

/** How many requests did not show their pace, unless a warning says it, and how many tokens came in an event. */
function paceOf({ pace }: CaseReport['validity']): { code: string; message: string }[] {
  const several = severalTokens(pace)
  return [
    ...(pace.unobserved === 0 || isBuffered(pace) ? [] : [`without TPOT and ITL: ${unobservedPace(pace)}`]),
    ...(several === null ? [] : [`${several}: ITL is the gap between events, not between tokens`]),
  ].map((message) => ({ code: 'pace', message }))
}

/** The table has the workload's count, which is the same for every server; theirs stands beside it where it is another. */
function inputTokensOf(run: Pick<CaseReport, 'load' | 'metrics' | 'validity'>): { code: string; message: string }[] {
  const byServer = inputTokensByServer(run)
  const { inputTokens } = run.metrics
  if (byServer === null || byServer === inputTokens) return []
  const by = run.load.countedBy === null ? '' : ` (${plainLine(run.load.countedBy)})`
  return [
    {
      code: 'input tokens',
      message: `${inputTokens} as the workload counts them${by}, ${byServer} as the server does`,
    },
  ]
}

const PREFIX_CACHE = 'prefix cache'

/** What the server tells of its cache is always said, unless a warning says it. */
function prefixCacheOf({
  cachedPromptShare: share,
  warnings,
}: CaseReport['validity']): { code: string; message: string }[] {
  if (share === null || warnings.some(({ code }) => code === 'warm-cache')) return []
  const found = share === 0 ? 'no prompt token' : `${formatShare(share)} of the prompt tokens`
  return [{ code: PREFIX_CACHE, message: `${found} came from it` }]
}

function warmupOf({ warmup: { sent, failed, trimmed } }: CaseReport['validity']): { code: string; message: string }[] {
  if (sent === 0 && trimmed === 0) return []
  const ofThem = failed === 0 ? '' : ` (${failed} of them failed)`
  const parts = [
    ...(sent === 0 ? [] : [`${formatCount(sent, 'request')} warmed the server up${ofThem} and counted in no number`]),
    ...(trimmed === 0 ? [] : [`${formatCount(trimmed, 'request')} filled its batch and counted only if they failed`]),
  ]
  return [{ code: 'warm-up', message: parts.join('; ') }]
}
