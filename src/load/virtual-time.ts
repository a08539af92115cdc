import { createSimulatedTransport } from '../simulator/simulated-transport.ts'
import type { LoadGenerator } from './load-generator.ts'
import { runLoad } from './run-load.ts'
import { createVirtualClock } from './virtual-clock.ts'
import { watchLoad } from './watch-load.ts'

/** Sends loads to simulated engines in this thread, as fast as it computes. */
export function virtualTime(): LoadGenerator {
  return {
    lanes: 1,
    async send({ endpoint, ...plan }, hooks = {}) {
      if (endpoint.kind !== 'simulated') throw new TypeError('A server does not know of virtual time.')
      const clock = createVirtualClock()
      const transport = createSimulatedTransport({ ...endpoint, clock })
      try {
        return await watchLoad(clock, transport, hooks, (onProgress) =>
          runLoad(plan, { ...hooks, onProgress, clock, transport }),
        )
      } finally {
        await transport.close()
      }
    },
    calibrate: null,
    close: async () => {},
  }
}
