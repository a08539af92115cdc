/** Where a command writes, and what ends it. */
export interface CommandIo {
  print(line: string): void
  /** Terminal cells in a line. */
  readonly width: number
  /** Paint with ANSI escapes. */
  readonly color: boolean
  /** Aborted by SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal
  /** Environment variables. */
  readonly env: Readonly<Record<string, string | undefined>>
}
