import { startExchange } from '../client/exchange.ts'
import { openRoute } from '../client/create-transport.ts'
import type { Clock } from '../base/clock.ts'
import { BenchError } from '../base/errors.ts'
import { routeTo } from '../frameworks/at-url.ts'
import { discover } from '../frameworks/discover.ts'
import type { UrlTarget } from '../frameworks/target.ts'
import { toWireRequest } from '../frameworks/wire-request.ts'
import { masker } from '../base/mask.ts'
import type { Outcome } from '../record.ts'
import type { Ms } from '../base/units.ts'

export interface ProbeOptions {
  readonly clock: Clock
  /** For the request, and for each page that is asked before. */
  readonly timeoutMs: Ms
  /** Gives it up. */
  readonly signal?: AbortSignal
}

/** A page that takes longer will not come. */
const PAGE_TIMEOUT_MS = 10_000

/** What came of a probe: an answer, or what happened instead. */
export type Probe =
  | { readonly answered: true }
  | {
      readonly answered: false
      readonly why: string
      /** The server is up and says no to the request itself: it will say so again. */
      readonly isRefusal: boolean
      /** It took the request, and nothing came in time. */
      readonly isSilence: boolean
    }

/**
 * Asks a server at a URL for one token, by its target's own recipe: an HTTP server may be up long after, or long before,
 * there is an engine behind it. An empty answer will do, because one token may be half a character.
 */
export async function probe(target: UrlTarget, options: ProbeOptions): Promise<Probe> {
  try {
    const found = await discover(target, Math.min(Math.ceil(options.timeoutMs), PAGE_TIMEOUT_MS))
    return judge(await askForOneToken(found, options), masker(target.secrets))
  } catch (error) {
    if (!(error instanceof BenchError)) throw error
    const isRefusal =
      error.code === 'model-not-found' || (error.code === 'server-refused' && SAYS_NO.test(error.message))
    // What its remedy says is for somebody who started the server himself.
    const why = error.message.replace(error.remedy, '')
    return { answered: false, why: asPart(why), isRefusal, isSilence: error.message.includes('no answer within') }
  }
}

/** Not those that ask to come back later: 408, 425, 429. */
const SAYS_NO = /HTTP 4(?!08|25|29)\d\d/

function judge(outcome: Outcome, mask: (text: string) => string): Probe {
  if (outcome.status === 'completed' || outcome.kind === 'empty') return { answered: true }
  const isRefusal = outcome.kind === 'http-status' && SAYS_NO.test(outcome.message)
  const isSilence = outcome.kind.endsWith('-timeout')
  return { answered: false, why: asPart(`${outcome.kind}: ${mask(outcome.message)}`), isRefusal, isSilence }
}

/** A sentence that will stand in parentheses. */
function asPart(sentence: string): string {
  return sentence.trim().replace(/\.$/, '')
}

async function askForOneToken(target: UrlTarget, { clock, timeoutMs, signal }: ProbeOptions): Promise<Outcome> {
  const transport = openRoute(routeTo(target.endpoint), { now: clock.now, connections: 1, connectTimeoutMs: timeoutMs })
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const exchange = startExchange({
    clock,
    transport,
    request: toWireRequest(target, {
      model: target.model ?? '',
      prompt: 'Hello',
      outputTokens: 1,
      fixedLength: target.recipe.canFixLength,
    }),
    protocol: target.recipe.protocol,
    index: 0,
    dueAt: clock.now(),
    promptTokens: 1,
    requestedOutputTokens: 1,
    fixedLength: target.recipe.canFixLength,
    timeouts: { connect: timeoutMs, firstByte: timeoutMs, idle: timeoutMs, total: timeoutMs },
    onDone: ({ outcome }) => resolve(outcome),
  })
  const giveUp = (): void => exchange.abort()
  signal?.addEventListener('abort', giveUp)
  if (signal?.aborted === true) giveUp()
  try {
    return await promise
  } finally {
    signal?.removeEventListener('abort', giveUp)
    await transport.close()
  }
}
