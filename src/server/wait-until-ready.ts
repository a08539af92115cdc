import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { getOnce } from '../client/get.ts'
import { routeTo } from '../frameworks/at-url.ts'
import type { LaunchPlan } from '../frameworks/launch.ts'
import type { UrlTarget } from '../frameworks/target.ts'
import { MS_PER_SECOND, type Ms } from '../base/units.ts'
import { describeExit } from './post-mortem.ts'
import { probe } from './probe.ts'
import type { ServerProcess } from './server-process.ts'

/** How the start of a server gets on. */
export interface Loading {
  readonly elapsedMs: Ms
  /** The newest line of its log; null before the first. */
  readonly lastLine: string | null
}

export interface ReadinessOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** About once a second. */
  readonly onLoading?: ((loading: Loading) => void) | undefined
}

/** How the wait ended. `what` continues a sentence that begins with the server's name. */
export type Readiness =
  | { readonly state: 'ready' }
  | { readonly state: 'aborted' }
  | { readonly state: 'failed'; readonly what: string }

const RETRY_MS = 500
const TICK_MS = 1000
/** Of a page without content. */
const HEALTH_TIMEOUT_MS = 5000
/** A server that refuses the same request so many times running is not loading: it will never take it. */
const REFUSALS = 3

/**
 * Waits until a server that was just started can serve: its process lives, its health page (where it has one) says 200,
 * and it answers a request for one token. Ends at once when the process does.
 */
export async function waitUntilReady(
  server: ServerProcess,
  target: UrlTarget,
  plan: LaunchPlan,
  { clock, signal, onLoading }: ReadinessOptions,
): Promise<Readiness> {
  const startedAt = clock.now()
  const over = new AbortController()
  const ended = Promise.race([server.exited, aborted(signal)]).then(() => over.abort())
  const ticker = setInterval(
    () => onLoading?.({ elapsedMs: clock.now() - startedAt, lastLine: server.lines().at(-1) ?? null }),
    TICK_MS,
  )

  const attempt = async (timeoutMs: Ms): ReturnType<typeof probe> => {
    if (plan.healthPath !== null && !(await isHealthy(target, plan.healthPath)))
      return { answered: false, why: `${plan.healthPath} does not answer 200 yet`, isRefusal: false, isSilence: false }
    return probe(target, { clock, timeoutMs, signal: over.signal })
  }

  try {
    let refusals = 0
    while (true) {
      const leftMs = startedAt + plan.readyTimeoutMs - clock.now()
      const result = await attempt(Math.max(leftMs, 1))
      const exit = server.exit()
      if (signal.aborted) return { state: 'aborted' }
      if (exit !== null) return { state: 'failed', what: `${describeExit(exit)} while it was loading` }
      if (result.answered) return { state: 'ready' }
      refusals = result.isRefusal ? refusals + 1 : 0
      if (refusals === REFUSALS) return { state: 'failed', what: `refuses a request for one token (${result.why})` }
      if (clock.now() - startedAt >= plan.readyTimeoutMs) {
        const waited = `${plan.readyTimeoutMs / MS_PER_SECOND} s`
        return {
          state: 'failed',
          what: `was not ready within ${waited} (${result.why}); raise readyTimeoutMs if it only needs longer`,
        }
      }
      await Promise.race([sleep(RETRY_MS), ended])
    }
  } finally {
    clearInterval(ticker)
    over.abort()
  }
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
}

/** Whether its page answers 200. Whatever else happens means no. */
async function isHealthy({ endpoint }: UrlTarget, path: string): Promise<boolean> {
  const got = await getOnce(routeTo(endpoint), path, endpoint.headers, HEALTH_TIMEOUT_MS)
  return got.kind === 'answer' && got.status === 200
}
