import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { DEFAULT_TIMEOUTS, type Timeouts } from '../../client/timeouts.ts'
import type { Transport } from '../../client/transport.ts'
import { createHttpTransport } from '../../client/http-transport.ts'
import type { Clock } from '../../base/clock.ts'
import { createRealClock } from '../../load/real-clock.ts'
import { planLoad } from '../../load/load-plan.ts'
import { type LoadResult, runLoad } from '../../load/run-load.ts'
import type { ProtocolId } from '../../protocol/protocols.ts'
import type { FailureKind } from '../../record.ts'
import { readRecording, type Recording } from './recording.ts'
import { type ReplayServer, type ReplayServerOptions, startReplayServer } from './replay-server.ts'

/** One of fixtures/streams. */
export function recorded(name: string): Recording {
  return readRecording(fileURLToPath(new URL(`../../../fixtures/streams/${name}.sse`, import.meta.url)))
}

/** Sixteen tokens in sixteen events. */
export const SIXTEEN_TOKENS: Recording = recorded('vllm-0.4.1-completions-plain')

/** A server on a free port that is closed when the test ends; concurrent tests bring their own `onTestFinished`. */
export async function serveReplay(
  options: Partial<ReplayServerOptions> = {},
  onFinished: (close: () => Promise<void>) => void = onTestFinished,
): Promise<ReplayServer> {
  const server = await startReplayServer({
    recordings: [SIXTEEN_TOKENS],
    fault: { kind: 'none', after: 0 },
    gapMs: 0,
    now: createRealClock().now,
    host: '127.0.0.1',
    port: 0,
    ...options,
  })
  onFinished(() => server.close())
  return server
}

export function connectTo(url: string, clock: Pick<Clock, 'now'>): Transport {
  return createHttpTransport({ now: clock.now, url, connections: 100, connectTimeoutMs: 5000 })
}

export interface ReplayLoad {
  readonly requests?: number
  readonly protocol?: ProtocolId
  readonly timeouts?: Partial<Timeouts>
  readonly prompt?: string
  readonly outputTokens?: number
  readonly failOtherLengths?: boolean
}

/** All requests at once, over real sockets, until the last has ended and the client is closed. */
export async function loadFrom(url: string, options: ReplayLoad = {}): Promise<LoadResult> {
  const { requests = 1, protocol = 'openai-completions', prompt = 'Hi', outputTokens = 16 } = options
  const clock = createRealClock()
  const transport = connectTo(url, clock)
  try {
    const plan = planLoad({
      workload: {
        requests: Array.from({ length: requests }, () => ({ prompt, promptTokens: 1, outputTokens })),
        offsets: Array.from({ length: requests }, () => 0),
      },
      toWireRequest: () => ({ method: 'POST', path: '/v1/completions', headers: {}, body: JSON.stringify({ prompt }) }),
      protocol,
      fixedLength: true,
      failOtherLengths: options.failOtherLengths ?? false,
      timeouts: { ...DEFAULT_TIMEOUTS, ...options.timeouts },
    })
    return await runLoad(plan, { clock, transport })
  } finally {
    await transport.close()
  }
}

/** How many requests ended in which way. */
export function endings({ records }: LoadResult): Partial<Record<FailureKind | 'completed', number>> {
  const kinds = records.map(({ outcome }) => (outcome.status === 'completed' ? outcome.status : outcome.kind))
  return Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]))
}
