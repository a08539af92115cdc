import { afterAll } from 'vitest'

/** By this a worker tells the main process of a signal: the signal itself would look there like a second one. */
export const PASSED_ON = 'SIGUSR2'

/**
 * Keeps the worker alive through SIGINT and SIGTERM until the tests of the file that is being set up are over. A terminal
 * sends Ctrl-C, and a service manager SIGTERM, to every process of a bench; the main process answers it by an orderly end,
 * of which a worker that died first could do nothing. A signal that reached the worker alone is to end the bench as well.
 */
export function passSignalsOn(): void {
  const main = process.ppid
  const passOn = (): void => {
    // Windows has no such signal, and there a Ctrl-C reaches the main process anyway.
    if (process.platform !== 'win32' && process.ppid === main) process.kill(main, PASSED_ON)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, passOn)
  afterAll(() => {
    // Vitest ends its workers by SIGTERM.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, passOn)
  })
}
