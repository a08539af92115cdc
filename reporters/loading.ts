import type { Ms } from '../src/base/units.ts'
import { plainLine } from '../src/base/plain-text.ts'
import { truncate } from './text-width.ts'
import { formatElapsed } from './units.ts'

/** A server that is being started. */
export interface LoadingServer {
  /** Of the case that waits for it; left out of the line when empty. */
  readonly name: string
  /** Of the target. */
  readonly label: string
  readonly elapsedMs: Ms
  /** The newest line of its log; null before the first. */
  readonly lastLine: string | null
}

/** One line, at most `width` cells: `starting vllm 0.4.1, 12s  INFO loading model weights`. */
export function renderLoading({ name, label, elapsedMs, lastLine }: LoadingServer, width: number): string {
  const head = `starting ${label}, ${formatElapsed(elapsedMs)}`
  return truncate(
    [name, head, lastLine ?? '']
      .filter((part) => part !== '')
      .map(plainLine)
      .join('  '),
    width,
  )
}
