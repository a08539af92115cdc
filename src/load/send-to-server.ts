import type { Ms } from '../base/units.ts'
import { createHttpTransport, MAX_CONNECTING } from '../client/http-transport.ts'
import { type LoadPlan, timeoutsOf } from './load-plan.ts'
import { createRealClock } from './real-clock.ts'
import { type LoadResult, runLoad, type RunHooks } from './run-load.ts'

/** Room for what is in flight: sockets are cheap, and a request must never wait for one. */
const MAX_CONNECTIONS = 16_384

/** Sends a plan, or the part of it that `hooks.part` says, from this thread over connections of its own. */
export async function sendToServer(
  { endpoint, ...plan }: LoadPlan,
  clockZero: Ms,
  hooks: RunHooks,
): Promise<LoadResult> {
  if (endpoint.kind !== 'url') throw new TypeError('A simulated engine has no sockets.')
  const clock = createRealClock(clockZero)
  // What all parts together ask of the server is what one would ask.
  const parts = hooks.part?.of ?? 1
  const { transport: name, url, tls, proxy } = endpoint
  const options = {
    now: clock.now,
    url,
    tls,
    connections: Math.ceil(MAX_CONNECTIONS / parts),
    connecting: Math.ceil(MAX_CONNECTING / parts),
    connectTimeoutMs: timeoutsOf(plan).connect,
  }
  // A thread that needs no undici does not load it.
  const transport =
    name === 'http'
      ? createHttpTransport(options)
      : (await import('../client/undici-transport.ts')).createUndiciTransport({ ...options, proxy })
  try {
    return await runLoad(plan, { ...hooks, clock, transport })
  } finally {
    await transport.close()
  }
}
