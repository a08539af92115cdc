import { BenchError } from '../base/errors.ts'
import { findCause } from './known-causes.ts'
import type { Exit } from './reaper-protocol.ts'

const SHOWN_LINES = 50
/** Of a line: an engine may print its whole configuration on one. */
const SHOWN_CHARACTERS = 500

export interface Death {
  /** Which server: `vllm 0.4.1`. */
  readonly label: string
  /** `exited with code 1 while it was loading`. */
  readonly what: string
  /** The end of its log. */
  readonly lines: readonly string[]
  /** As it is shown to people. */
  readonly logFile: string
}

/** Why a server is lost: what happened and the known cause in the first line, then what to do, then the end of its log. */
export function postMortem({ label, what, lines, logFile }: Death): BenchError {
  const cause = findCause(lines)
  const known = cause === null ? '' : `: ${cut(cause.line)}`
  return new BenchError(endSentence(`${label} ${what}${known}`), {
    code: 'server-died',
    remedy: cause?.hint ?? (lines.length === 0 ? 'It has logged nothing.' : 'Its log may tell why.'),
    ...(lines.length === 0 ? {} : { details: endOf(lines, logFile) }),
  })
}

function endOf(lines: readonly string[], logFile: string): string {
  const shown = lines.slice(-SHOWN_LINES)
  const many = shown.length === 1 ? 'line' : `${shown.length} lines`
  return [`The last ${many} of ${logFile}:`, ...shown.map((line) => `  ${cut(line)}`)].join('\n')
}

function cut(line: string): string {
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS - 1)}…` : line
}

/** `exited with code 1`, `was ended by SIGKILL (...)`. */
export function describeExit({ code, signal }: Exit): string {
  if (signal === 'SIGKILL') return 'was ended by SIGKILL (by somebody, or by the kernel for want of memory: see dmesg)'
  if (signal !== null) return `was ended by ${signal}`
  return code === null ? 'has gone, and nobody saw how' : `exited with code ${code}`
}

function endSentence(line: string): string {
  return /[.!?]$/.test(line) ? line : `${line}.`
}
