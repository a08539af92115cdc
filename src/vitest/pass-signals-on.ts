import { afterAll, beforeAll } from 'vitest'

/** By this a worker tells the main process of a signal: the signal itself would look there like a second one. */
export const PASSED_ON = 'SIGUSR2'

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/**
 * Keeps the worker alive through SIGINT and SIGTERM while the tests of the file that is being set up run. A terminal
 * sends Ctrl-C, and a service manager SIGTERM, to every process of a bench; the main process answers it by an orderly end,
 * of which a worker that died first could do nothing. A signal that reached the worker alone is to end the bench as well.
 */
export function passSignalsOn(): void {
  const main = process.ppid
  const passOn = (): void => {
    // Windows has no such signal, and there a Ctrl-C reaches the main process anyway.
    if (process.platform !== 'win32' && process.ppid === main) process.kill(main, PASSED_ON)
  }
  // Hooks, because Vitest ends its workers by SIGTERM, also one whose tests were all filtered out.
  beforeAll(() => {
    for (const signal of SIGNALS) process.on(signal, passOn)
  })
  afterAll(() => {
    for (const signal of SIGNALS) process.off(signal, passOn)
  })
}
