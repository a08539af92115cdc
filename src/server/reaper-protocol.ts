import type { StopSignal } from '../frameworks/launch.ts'
import type { Ms } from '../base/units.ts'

/** What the reaper is told, once, over its channel. The end of the channel then means: stop. */
export interface ReaperOrder {
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string | null
  /** Ends in `.log`. */
  readonly logFile: string
  /** Taken out of every line before anybody sees it. */
  readonly secrets: readonly string[]
  /** Value of the variable that marks the server's processes. */
  readonly mark: string
  readonly stopSignal: StopSignal
  /** From the stop signal to SIGKILL. */
  readonly graceMs: Ms
  /** Files that say what the server uses; removed when all of it has gone. */
  readonly claims: readonly string[]
}

/** How a process ended: by one of the two. Both are null where nobody saw it. */
export interface Exit {
  readonly code: number | null
  readonly signal: string | null
}

/** What the reaper tells over its channel. */
export type ReaperEvent =
  | { readonly type: 'started'; readonly pid: number }
  /** The command cannot be run at all. */
  | { readonly type: 'not-started'; readonly message: string }
  | { readonly type: 'line'; readonly line: string }
  | { readonly type: 'exited'; readonly exit: Exit }
  /** Everything has gone but the processes named, which even SIGKILL did not end. The last event. */
  | { readonly type: 'gone'; readonly left: readonly number[] }
