import { afterAll, beforeAll } from 'vitest'
import { ENDING_SIGNALS, PASSED_ON } from '../base/ending-signals.ts'

/**
 * Keeps the worker alive through SIGINT, SIGTERM and SIGHUP while the tests of the file that is being set up run. A
 * terminal sends Ctrl-C, a service manager SIGTERM, and a session that closes SIGHUP to every process of a bench; the main
 * process answers it by an orderly end, of which a worker that died first could do nothing. A signal that reached the worker
 * alone is to end the bench as well.
 */
export function passSignalsOn(): void {
  const main = process.ppid
  const passOn = (): void => {
    // Windows has no such signal, and there a Ctrl-C reaches the main process anyway.
    if (process.platform !== 'win32' && process.ppid === main) process.kill(main, PASSED_ON)
  }
  // Hooks, because Vitest ends its workers by SIGTERM, also one whose tests were all filtered out.
  beforeAll(() => {
    for (const signal of ENDING_SIGNALS) process.on(signal, passOn)
  })
  afterAll(() => {
    for (const signal of ENDING_SIGNALS) process.off(signal, passOn)
  })
}
