import { expect, test } from 'vitest'
import { chooseThreads } from './choose-threads.ts'

function load({ streams, tokens = 250, spanMs = 0 }: { streams: number; tokens?: number; spanMs?: number }) {
  return {
    requests: Array.from({ length: streams }, () => ({ prompt: '', promptTokens: 1, outputTokens: tokens })),
    offsets: Array.from({ length: streams }, (_, i) => (streams === 1 ? 0 : (i * spanMs) / (streams - 1))),
  }
}

test.for([
  // 1000 requests of 250 tokens in 125 s: 2000 tokens/s and 8 requests/s are 0.034 of a core
  { name: 'the published study', asked: load({ streams: 1000, spanMs: 125_000 }), cap: null, threads: 1 },
  // 256 x 50 tokens/s and 51 requests/s: 0.22
  { name: '256 streams at once', asked: load({ streams: 256 }), cap: null, threads: 1 },
  // 1024 x 50 tokens/s and 205 requests/s: 0.88
  { name: '1024 streams at once', asked: load({ streams: 1024 }), cap: null, threads: 2 },
  { name: '1024 streams, 256 at a time', asked: load({ streams: 1024 }), cap: 256, threads: 1 },
  // 10,000 x 50 tokens/s: 8.6
  { name: 'more than there are cores for', asked: load({ streams: 10_000 }), cap: null, threads: 8 },
  // 5000 x 50 tokens/s and 1000 requests/s: 4.3, which is nine halves, where seven cores are left
  { name: 'more than are left', asked: load({ streams: 5000 }), cap: null, threads: 7 },
  // 1000 requests/s of 2 tokens: 0.33
  { name: 'short answers', asked: load({ streams: 5000, tokens: 2, spanMs: 5000 }), cap: null, threads: 1 },
  // 2000 requests/s of 10 tokens: 0.92
  { name: 'many requests', asked: load({ streams: 4000, tokens: 10, spanMs: 2000 }), cap: null, threads: 2 },
  { name: 'one request', asked: load({ streams: 1 }), cap: null, threads: 1 },
])('$name: $threads on eight cores', ({ asked, cap, threads }) => {
  expect(chooseThreads(asked, { maxConcurrency: cap, cores: 8, transport: 'http' })).toBe(threads)
})

test.for([
  // 0.22 and 0.88: one thread can do it, and the other core may be the server's
  { streams: 256, cores: 2, threads: 1 },
  { streams: 1024, cores: 2, threads: 1 },
  // 1.3: one cannot
  { streams: 1500, cores: 2, threads: 2 },
  { streams: 1500, cores: 1, threads: 1 },
])('$streams streams at once: $threads on $cores cores', ({ streams, cores, threads }) => {
  expect(chooseThreads(load({ streams }), { maxConcurrency: null, cores, transport: 'http' })).toBe(threads)
})

// 500 streams x 50 tokens/s and 100 requests/s: 0.43 of a core by our own transport, 0.63 by undici
test('an event costs half as much again by undici', () => {
  const limits = { maxConcurrency: null, cores: 8 }
  expect(chooseThreads(load({ streams: 500 }), { ...limits, transport: 'http' })).toBe(1)
  expect(chooseThreads(load({ streams: 500 }), { ...limits, transport: 'undici' })).toBe(2)
})
