import type { Ms, PerSecond } from '../src/base/units.ts'
import { plainLine } from '../src/base/plain-text.ts'
import { paint } from './text-grid.ts'
import { textWidth, truncate } from './text-width.ts'
import { formatElapsed, formatMs, formatTokenRate } from './units.ts'

/** Files are collected when their turn comes: until the last one is, there may be more cases than are known. */
export interface CasePosition {
  readonly index: number
  readonly known: number
  readonly isComplete: boolean
}

/** Where a run stands. */
export interface Progress {
  /** Left out of the line when empty: Vitest prints the name of the test above it. */
  readonly name: string
  /** Which of the cases this is, from 1, and how many are known of; null when that is not known. */
  readonly position: CasePosition | null
  /** What is sent before the measured requests is named. */
  readonly phase: 'warm-up' | 'fill' | 'load'
  /** Requests that ended, the failed ones included. */
  readonly done: number
  readonly failed: number
  readonly total: number
  readonly inFlight: number
  /** What the server tells of itself; null when it tells nothing. */
  readonly server: { readonly waiting: number | null; readonly kvCacheUse: number | null } | null
  /** Null until a first token has come. */
  readonly ttftP50: Ms | null
  /** Output tokens of late; null when not known. */
  readonly tokensPerSecond: PerSecond | null
  readonly elapsedMs: Ms
  /** Null when nothing can be said yet. */
  readonly etaMs: Ms | null
}

export interface ProgressOptions {
  /** Terminal cells in the line. */
  readonly width: number
  readonly color: boolean
}

const MAX_BAR = 24
const MIN_BAR = 6
const SEPARATOR = '  '

/**
 * One line, at most `width` cells: `████████████░░░░░░░░░░░░ 57/120  case 3 of 16  1 in flight  TTFT p50 62 ms`.
 *
 * On a narrow line the bar shrinks first, then facts go from the end, then the name.
 */
export function renderProgress(progress: Progress, { width, color }: ProgressOptions): string {
  const { name, done, total } = progress
  const head = plainLine(name)
  const count = `${done}/${total}`
  const facts = progressFacts(progress)
  for (let kept = facts.length; kept >= 0; kept--) {
    const after = [count, ...facts.slice(0, kept)]
    const others = textWidth([...(head === '' ? [] : [head]), ` ${after.join(SEPARATOR)}`].join(SEPARATOR))
    const room = Math.min(MAX_BAR, width - others)
    if (room < MIN_BAR) continue
    const parts = [`${bar(done, total, room, color)} ${count}`, ...after.slice(1).map((fact) => paintFact(fact, color))]
    return [...(head === '' ? [] : [head]), ...parts].join(SEPARATOR)
  }
  return truncate(`${count}${SEPARATOR}${head}`.trimEnd(), width)
}

const PHASES = { 'warm-up': 'warming up', fill: 'filling the batch' } as const

function progressFacts({
  phase,
  failed,
  position,
  inFlight,
  server,
  ttftP50,
  tokensPerSecond,
  elapsedMs,
  etaMs,
}: Progress): string[] {
  return [
    phase === 'load' ? null : PHASES[phase],
    failed > 0 ? `${failed} failed` : null,
    position === null ? null : `case ${position.index} of ${position.known}${position.isComplete ? '' : '+'}`,
    `${inFlight} in flight`,
    server === null ? null : serverFact(server),
    ttftP50 === null ? null : `TTFT p50 ${formatMs(ttftP50)}`,
    tokensPerSecond === null ? null : formatTokenRate(tokensPerSecond),
    formatElapsed(elapsedMs) + (etaMs === null ? '' : `, ${formatElapsed(etaMs)} left`),
  ].filter((fact) => fact !== null)
}

/** `323 waiting, KV 99 %`; null when the server tells neither. */
function serverFact({ waiting, kvCacheUse }: NonNullable<Progress['server']>): string | null {
  const known = [
    waiting === null ? null : `${waiting} waiting`,
    kvCacheUse === null ? null : `KV ${Math.round(kvCacheUse * 100)} %`,
  ].filter((fact) => fact !== null)
  return known.length === 0 ? null : known.join(', ')
}

function bar(done: number, total: number, width: number, color: boolean): string {
  // Rounded down: a full bar means that everything is done.
  const filled = total > 0 ? Math.min(width, Math.floor((done / total) * width)) : 0
  return paint('█'.repeat(filled), 'green', color) + paint('░'.repeat(width - filled), 'dim', color)
}

function paintFact(fact: string, color: boolean): string {
  return paint(fact, fact.endsWith(' failed') ? 'red' : null, color)
}
