import type { Vitest } from 'vitest/node'

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
 */
export function answerSignals(vitest: Vitest): SignalAnswer {
  let live = false
  let received: Signal | null = null

  const answer = (signal: Signal): void => {
    if (received !== null || !live) process.exit(EXIT_CODES[signal])
    received = signal
    vitest.logger.log(`\n ${signal}: ending the load and writing what was measured. Again to exit at once.`)
    void vitest.cancelCurrentRun('keyboard-input')
  }

  const handlers = (['SIGINT', 'SIGTERM'] as const).map((signal) => {
    // Vitest's own handler would exit before anything could be saved.
    process.removeAllListeners(signal)
    const handler = (): void => answer(signal)
    process.on(signal, handler)
    return { signal, handler }
  })
  vitest.onClose(() => {
    for (const { signal, handler } of handlers) process.off(signal, handler)
  })

  return {
    testsAreLive: () => {
      live = true
    },
    runIsOver: () => {
      live = false
      if (received !== null) process.exitCode = EXIT_CODES[received]
    },
  }
}
