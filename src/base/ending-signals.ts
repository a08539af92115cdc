/**
 * The signals by which a terminal, a service manager or a closing session asks a process to end, each with the exit code that
 * shells give to a process that it has ended.
 */
export const ENDING_EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

export type EndingSignal = keyof typeof ENDING_EXIT_CODES

export const ENDING_SIGNALS = Object.keys(ENDING_EXIT_CODES) as readonly EndingSignal[]

/** By this a worker tells the main process of a signal: the signal itself would look there like a second one. */
export const PASSED_ON = 'SIGUSR2'

/** A terminal that was closed takes no more lines: the next one that is printed must not end what is still to be saved. */
export function outliveTerminal(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}
