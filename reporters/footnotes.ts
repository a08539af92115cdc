import { comparability } from '../src/metrics/comparability.ts'
import { isBuffered, severalTokens, unobservedPace } from '../src/metrics/pace.ts'
import type { CaseReport } from '../src/report.ts'
import { doubtsInWords } from '../src/doubts/words.ts'
import { inputTokensByServer } from '../src/metrics/prompt-parity.ts'
import { hasCachedPrompts } from './columns.ts'
import { labelCases } from './groups.ts'
import { plainLine } from '../src/base/plain-text.ts'
import { formatCount, formatShare } from './units.ts'

/** A doubt about some rows, marked there by its letter. */
export interface Footnote {
  readonly letter: string
  /** A line for each thing that is said, with the row where one row among several says it. */
  readonly lines: readonly string[]
  readonly cases: ReadonlySet<CaseReport>
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/**
 * The doubts and request errors of `cases` (in the order of the table), a letter for each kind. Where every case is
 * simulated the heading says so once, and no footnote repeats it. Nor does any repeat the column of the prefix cache.
 */
export function collectFootnotes(cases: readonly CaseReport[]): Footnote[] {
  const labels = labelCases(cases)
  const quiet = allSimulated(cases)
  const remarks = comparability(cases)
  const doubts = cases
    .flatMap((row) => doubtsOf(row, remarks.get(row)).map((doubt) => ({ row, ...doubt })))
    .filter(({ code }) => !(quiet && code === 'simulated') && !(cases.some(hasCachedPrompts) && code === PREFIX_CACHE))
  return [...Map.groupBy(doubts, ({ code }) => code)].map(([code, members], i) => {
    const messages = [...Map.groupBy(members, ({ message }) => message)]
    const lines = messages.map(([message, said]) => {
      const label =
        said[0] !== undefined && said.length === 1 && messages.length > 1 ? labels.get(said[0].row) : undefined
      return label === undefined ? `${code}: ${message}` : `${code}: ${label}: ${message}`
    })
    return { letter: LETTERS.charAt(i), lines, cases: new Set(members.map(({ row }) => row)) }
  })
}

/** Whether no number of the report comes from a real server. False for an empty report. */
export function allSimulated(cases: readonly CaseReport[]): boolean {
  return cases.length > 0 && cases.every(({ target }) => target.simulated)
}

/** The letters of a row, in order: `ab`; empty when nobody doubts it. */
export function lettersOf(row: CaseReport, footnotes: readonly Footnote[]): string {
  return footnotes
    .filter(({ cases }) => cases.has(row))
    .map(({ letter }) => letter)
    .join('')
}

/** Doubts, errors and what `comparability` says of one case, as plain lines. */
export function doubtsOf(row: CaseReport, notComparable: readonly string[] = []): { code: string; message: string }[] {
  const { target, metrics, validity, errors, load, trials } = row
  const pooled = `${trials.length} trials of ${load.numPrompts} requests, pooled`
  const doubts = [
    ...(trials.length > 1 ? [{ code: 'trials', message: pooled }] : []),
    ...warmupOf(validity),
    ...prefixCacheOf(row),
    ...inputTokensOf(row),
    ...paceOf(validity),
    ...doubtsInWords(row.doubts).map(({ code, message }) => ({ code: code as string, message: plainLine(message) })),
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

/** How many requests did not show their pace, unless a doubt says it, and how many tokens came in an event. */
function paceOf({ pace }: CaseReport['validity']): { code: string; message: string }[] {
  const several = severalTokens(pace)
  return [
    ...(pace.unobserved === 0 || isBuffered(pace) ? [] : [`without TPOT and ITL: ${unobservedPace(pace)}`]),
    ...(several === null ? [] : [`${several}: ITL is the gap between events, not between tokens`]),
  ].map((message) => ({ code: 'pace', message }))
}

/** The table has the workload's count, which is the same for every server; theirs stands beside it where it is another. */
function inputTokensOf(row: CaseReport): { code: string; message: string }[] {
  const byServer = inputTokensByServer(row)
  const { inputTokens } = row.metrics
  if (byServer === null || byServer === inputTokens) return []
  const by = row.load.countedBy === null ? '' : ` (${plainLine(row.load.countedBy)})`
  return [
    {
      code: 'input tokens',
      message: `${inputTokens} as the workload counts them${by}, ${byServer} as the server does`,
    },
  ]
}

const PREFIX_CACHE = 'prefix cache'

/** What the server tells of its cache is always said, unless a doubt says it. */
function prefixCacheOf({ validity, doubts }: CaseReport): { code: string; message: string }[] {
  const { cachedPromptShare: share } = validity
  if (share === null || doubts.some(({ code }) => code === 'warm-cache')) return []
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
