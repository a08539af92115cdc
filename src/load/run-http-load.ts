import { createHttpTransport, type HttpTransportOptions } from '../client/http-transport.ts'
import type { Ms } from '../base/units.ts'
import { createRealClock } from './real-clock.ts'
import { type LoadOptions, type LoadResult, runLoad } from './run-load.ts'

/** Where connections are opened. */
export type HttpEndpoint = Omit<HttpTransportOptions, 'now'>

export interface HttpLoadOptions extends Omit<LoadOptions, 'clock' | 'transport'> {
  readonly endpoint: HttpEndpoint
  /** Zero of the run clock, on the machine's monotonic clock. */
  readonly clockZero: Ms
}

/** `runLoad` from this thread, over connections of its own. */
export async function runHttpLoad({ endpoint, clockZero, ...load }: HttpLoadOptions): Promise<LoadResult> {
  const clock = createRealClock(clockZero)
  const transport = createHttpTransport({ ...endpoint, now: clock.now })
  try {
    return await runLoad({ ...load, clock, transport })
  } finally {
    await transport.close()
  }
}
