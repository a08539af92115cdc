import type { Vitest } from 'vitest/node'
import { PASSED_ON } from '../src/vitest/pass-signals-on.ts'

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const
type Signal = keyof typeof EXIT_CODES

/** Told by the reporter how far the run is. */
export interface SignalAnswer {
  /** A worker is there to hear a cancellation; one sent earlier would be lost. */
  testsAreLive(): void
  runIsOver(): void
}

/**
 * Answers SIGINT and SIGTERM by cancelling the run, so that loads stop, servers are torn down and what was measured is
 * reported. In run mode Vitest itself exits a millisecond after the signal. A second signal exits at once.
 *
 * Workers pass on what they get. Of a signal to the whole process group that is an echo, and no second one, whichever
 * comes first; a signal to a worker alone ends the run as SIGINT does.
 */
export function answerSignals(vitest: Vitest): SignalAnswer {
  let live = false
  let isEnding = false
  let received: Signal | null = null

  const end = (signal: Signal): void => {
    if (isEnding) return
    isEnding = true
    vitest.logger.log(`\n ${signal}: ending the load and writing what was measured. Again to exit at once.`)
    void vitest.cancelCurrentRun('keyboard-input')
  }
  const answer = (signal: Signal): void => {
    if (received !== null || !live) process.exit(EXIT_CODES[signal])
    received = signal
    end(signal)
  }

  const handlers = [
    { signal: 'SIGINT', handler: () => answer('SIGINT') },
    { signal: 'SIGTERM', handler: () => answer('SIGTERM') },
    { signal: PASSED_ON, handler: () => live && end('SIGINT') },
  ] as const
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
      if (isEnding) process.exitCode = EXIT_CODES[received ?? 'SIGINT']
    },
  }
}
