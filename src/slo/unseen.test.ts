import { expect, test } from 'vitest'
import { poisson } from '../arrival/index.ts'
import type { Transport, WireObserver } from '../client/transport.ts'
import { planLoad } from '../load/load-plan.ts'
import { runLoad } from '../load/run-load.ts'
import { createVirtualClock } from '../load/virtual-clock.ts'
import { vllm } from '../frameworks/index.ts'
import { toWireRequest } from '../frameworks/wire-request.ts'
import { madeUpRun } from '../metrics/records.testkit.ts'
import type { ServingRun } from '../case/serving-run.ts'
import { findProfile } from '../frameworks/find-profile.ts'
import { createSimulatedTransport } from '../simulator/simulated-transport.ts'
import { createWorkload } from '../workload/create-workload.ts'
import { fixedLengths } from '../workload/fixed-lengths.ts'
import { judgeSlo } from './judge-slo.ts'

/** A proxy in front of a server, in its process: hands an answer over in writes of so many events. */
function proxied(transport: Transport, eventsAWrite: number, now: () => number): Transport {
  const relay = (observer: WireObserver): WireObserver => {
    const held: Buffer[] = []
    const flush = (): void => {
      const bytes = Buffer.concat(held.splice(0))
      if (bytes.length > 0) observer.onBytes(bytes, 0, bytes.length, now())
    }
    return {
      onSent: () => observer.onSent(),
      onHead: (status, headers, at) => observer.onHead(status, headers, at),
      onBytes(bytes, start, end) {
        held.push(Buffer.from(bytes.subarray(start, end)))
        if (held.length >= eventsAWrite) flush()
      },
      onEnd() {
        flush()
        observer.onEnd()
      },
      onError: (kind, message) => observer.onError(kind, message),
    }
  }
  return { ...transport, send: (request, observer) => transport.send(request, relay(observer)) }
}

/** 300 answers of 16 tokens from a simulated vLLM behind a proxy. */
async function load(eventsAWrite: number): Promise<ServingRun> {
  const clock = createVirtualClock()
  const profile = findProfile('vllm')
  const dataset = fixedLengths({ promptTokens: 20, outputTokens: 16 })
  const target = vllm()
  const plan = planLoad({
    workload: await createWorkload({
      dataset,
      arrival: poisson(),
      count: 300,
      requestRate: 8,
      seed: 0,
      nonceKey: null,
    }),
    toWireRequest: ({ prompt, outputTokens }) =>
      toWireRequest(target, { model: profile.model, prompt, outputTokens, fixedLength: true }),
    protocol: target.recipe.protocol,
    fixedLength: true,
  })
  const transport = proxied(createSimulatedTransport({ clock, profile, seed: 0 }), eventsAWrite, clock.now)
  const result = await runLoad(plan, { clock, transport })
  return madeUpRun([result.records], { result })
}

const verdicts = (run: ServingRun, limit: number): string[] =>
  judgeSlo({ metrics: run, trials: [run.records] }, { tpot: { p90: limit }, itl: { p50: limit } }).map(
    (one) => one.verdict,
  )

test('behind a proxy that buffers no TPOT passes, however loose its limit', async () => {
  const buffered = await load(Infinity)
  expect(verdicts(buffered, 1)).toEqual(['invalid', 'invalid'])
  expect(verdicts(buffered, 1e9)).toEqual(['invalid', 'invalid'])
  expect(buffered.report.validity.pace).toMatchObject({ requests: 300, unobserved: 300 })
})

// Four pieces of four: TPOT is that of 12 of 15 gaps, so 20 % too small. Decoding alone takes some 20 ms a token. Of the 15 gaps
// that ITL looks at 12 lie within a piece and are 0: its median is none that was seen.
test('behind one that hands over four tokens at a time TPOT is judged, 20 % too small at most, and no ITL of 0', async () => {
  const [direct, coalesced] = [await load(1), await load(4)]
  expect(verdicts(coalesced, 1)).toEqual(['fail', 'invalid'])
  expect(verdicts(coalesced, 1000)).toEqual(['pass', 'invalid'])
  expect(verdicts(direct, 1000)).toEqual(['pass', 'pass'])
  expect(coalesced.report).toMatchObject({ validity: { pace: { unobserved: 0, tokensAtOnce: 4 } }, doubts: [] })
  expect(coalesced.tpot!.p50 / direct.tpot!.p50).toBeCloseTo(0.8, 1)
})
