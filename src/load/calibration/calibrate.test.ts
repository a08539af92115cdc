import { expect, onTestFinished, test } from 'vitest'
import type { LoadShape } from '../load-generator.ts'
import { thisThread } from '../this-thread.ts'
import { openThreads } from '../threads.ts'

const SHAPE: LoadShape = { streams: 6, eventsPerSecond: 300, requestsPerSecond: 2 }
const { signal } = new AbortController()
const calibrate = thisThread().calibrate!

test('a client is measured at the number of streams and the event rate that are asked for', async () => {
  const { streams, eventsPerSecond, ttft, itl, tpot } = await calibrate(SHAPE, 'http', signal)
  expect(streams).toBe(6)
  // 300 events/s of the streams and 100 of the probes; fewer where the machine is too busy.
  expect(eventsPerSecond).toBeGreaterThan(0)
  expect(eventsPerSecond).toBeLessThan(450)
  for (const { p50, p99, max } of [ttft, itl, tpot]) {
    expect([p50, p99, max]).toEqual([p50, p99, max].toSorted((a, b) => a - b))
  }
})

test.for(['http', 'undici'] as const)(
  'several threads are measured by %s as they send a load: together',
  async (transport) => {
    const threads = openThreads(2)
    onTestFinished(() => threads.close())
    expect(await threads.calibrate!(SHAPE, transport, signal)).toMatchObject({
      streams: 6,
      ttft: { max: expect.any(Number) },
    })
  },
)

// Each turn of the loop waits up to 30 ms: of 50 events a window at least one waited for 15.
test('what else its thread does is the error of the client', async () => {
  const busy = setInterval(() => {
    const until = performance.now() + 30
    while (performance.now() < until);
  }, 40)
  onTestFinished(() => clearInterval(busy))
  const { ttft, itl } = await calibrate(SHAPE, 'http', signal)
  expect(ttft.p99).toBeGreaterThan(15)
  expect(itl.p99).toBeGreaterThan(15)
})

test('a calibration that is stopped has no result', async () => {
  await expect(calibrate(SHAPE, 'http', AbortSignal.abort())).rejects.toThrow()
})
