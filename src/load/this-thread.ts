import { calibrate } from './calibration/calibrate.ts'
import type { LoadGenerator } from './load-generator.ts'
import { monotonicNow } from './monotonic.ts'
import { createRealClock } from './real-clock.ts'
import { sendToServer } from './send-to-server.ts'
import { watchLoad } from './watch-load.ts'

/** Sends loads to a server from the thread that calls. */
export function thisThread(): LoadGenerator {
  const send: LoadGenerator['send'] = (plan, { clockZero = monotonicNow(), ...hooks } = {}) =>
    watchLoad(createRealClock(clockZero), null, hooks, (onProgress) =>
      sendToServer(plan, clockZero, { signal: hooks.signal, onProgress }),
    )
  return { lanes: 1, send, calibrate: (...load) => calibrate(send, ...load), close: async () => {} }
}
