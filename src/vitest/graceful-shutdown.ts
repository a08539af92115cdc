import type { Vitest } from 'vitest/node'
import { ENDING_EXIT_CODES, ENDING_SIGNALS, outliveTerminal, type EndingSignal } from '../base/ending-signals.ts'
import { PASSED_ON } from './pass-signals-on.ts'

/** Told by the reporter how far the run is. */
export interface SignalAnswer {
  /** A worker is there to hear a cancellation; one sent earlier would be lost. */
  testsAreLive(): void
  runIsOver(): void
}

/**
 * Answers SIGINT, SIGTERM and SIGHUP by cancelling the run, so that loads stop, servers are torn down and what was measured
 * is reported. In run mode Vitest itself exits a millisecond after the first two, and dies of the third. A second signal exits
 * at once, unless it is SIGHUP: when a terminal closes, the shell sends one and the kernel another, and nobody is impatient.
 *
 * Workers pass on what they get. Of a signal to the whole process group that is an echo, and no second one, whichever
 * comes first; a signal to a worker alone ends the run as SIGINT does.
 */
export function answerSignals(vitest: Vitest): SignalAnswer {
  let live = false
  let isEnding = false
  let received: EndingSignal | null = null

  const end = (signal: EndingSignal): void => {
    if (isEnding) return
    isEnding = true
    outliveTerminal()
    vitest.logger.log(`\n ${signal}: ending the load and writing what was measured. Again to exit at once.`)
    void vitest.cancelCurrentRun('keyboard-input')
  }
  const answer = (signal: EndingSignal): void => {
    if (isEnding && signal === 'SIGHUP') {
      // A worker's echo may have come first: the exit code is that of the signal.
      received ??= signal
      return
    }
    if (received !== null || !live) process.exit(ENDING_EXIT_CODES[signal])
    received = signal
    end(signal)
  }

  const handlers = [
    ...ENDING_SIGNALS.map((signal) => ({ signal, handler: () => answer(signal) })),
    { signal: PASSED_ON, handler: () => live && end('SIGINT') },
  ]
  for (const { signal, handler } of handlers) {
    // Vitest's own handler would exit before anything could be saved.
    process.removeAllListeners(signal)
    process.on(signal, handler)
  }
  vitest.onClose(() => {
    for (const { signal, handler } of handlers) process.off(signal, handler)
  })

  return {
    testsAreLive: () => {
      live = true
    },
    runIsOver: () => {
      live = false
      if (isEnding) process.exitCode = ENDING_EXIT_CODES[received ?? 'SIGINT']
    },
  }
}
