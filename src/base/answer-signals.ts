import { ENDING_EXIT_CODES, ENDING_SIGNALS, outliveTerminal, PASSED_ON, type EndingSignal } from './ending-signals.ts'

/** Told how far the run is. */
export interface SignalAnswer {
  /** Somebody is there to hear that the run is to end; a signal that comes earlier ends the process. */
  runIsLive(): void
  runIsOver(): void
  close(): void
}

/**
 * Answers SIGINT, SIGTERM and SIGHUP by calling `end`, once, so that loads stop, servers are torn down and what was measured
 * is reported. A second signal exits at once, unless it is SIGHUP: when a terminal closes, the shell sends one and the kernel
 * another, and nobody is impatient.
 *
 * Workers pass on what they get. Of a signal to the whole process group that is an echo, and no second one, whichever
 * comes first; a signal to a worker alone ends the run as SIGINT does.
 */
export function answerSignals(end: (signal: EndingSignal) => void): SignalAnswer {
  let live = false
  let isEnding = false
  let received: EndingSignal | null = null

  const endOnce = (signal: EndingSignal): void => {
    if (isEnding) return
    isEnding = true
    outliveTerminal()
    end(signal)
  }
  const answer = (signal: EndingSignal): void => {
    if (isEnding && signal === 'SIGHUP') {
      // A worker's echo may have come first: the exit code is that of the signal.
      received ??= signal
      return
    }
    if (received !== null || !live) process.exit(ENDING_EXIT_CODES[signal])
    received = signal
    endOnce(signal)
  }

  const handlers = [
    ...ENDING_SIGNALS.map((signal) => ({ signal, handler: () => answer(signal) })),
    { signal: PASSED_ON, handler: () => live && endOnce('SIGINT') },
  ]
  for (const { signal, handler } of handlers) {
    // A handler of the test runner's own would exit before anything could be saved.
    process.removeAllListeners(signal)
    process.on(signal, handler)
  }
  return {
    runIsLive: () => {
      live = true
    },
    runIsOver: () => {
      live = false
      if (isEnding) process.exitCode = ENDING_EXIT_CODES[received ?? 'SIGINT']
    },
    close: () => {
      for (const { signal, handler } of handlers) process.off(signal, handler)
    },
  }
}
