/** Where a command writes, and what ends it. */
export interface CommandIo {
  print(line: string): void
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
}
