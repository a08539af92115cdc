import { expect, test } from 'vitest'
import { madeUpTelemetry, meanOf } from '../telemetry/telemetry.testkit.ts'
import { recordWithTtft } from '../metrics/records.testkit.ts'
import { serverClientMismatch } from './server-client-mismatch.ts'

/** 100 requests, each 400 ms from sending to first token. */
const RECORDS = Array.from({ length: 100 }, (_, i) => recordWithTtft(400, i * 100))
const told = (count: number, meanMs: number, roundTripMs: number | null = 2) =>
  serverClientMismatch({
    records: RECORDS,
    telemetry: madeUpTelemetry({}, { roundTripMs, histograms: { ttft: meanOf(count, meanMs) } }),
  })

// 10 % of 400 ms and two round trips of 2 ms are 44 ms
test.each([
  { case: 'the same', count: 100, meanMs: 400 },
  { case: 'what the network explains', count: 100, meanMs: 357 },
  { case: 'a server whose clock begins a little earlier', count: 100, meanMs: 435 },
  { case: 'one request that is not on the page yet', count: 99, meanMs: 400 },
])('$case is no mismatch', ({ count, meanMs }) => {
  expect(told(count, meanMs)).toEqual([])
})

test('a slow network explains itself: 100 ms of round trip allow for 240 ms', () => {
  expect(told(100, 170, 100)).toEqual([])
})

test('what no network explains is a doubt', () => {
  expect(told(100, 160)).toEqual([
    {
      code: 'server-client-mismatch',
      message:
        "Mean TTFT is 400.0 ms from the sending and 160.0 ms by the server's own count, and a round trip takes 2.0 ms: look for a proxy, for the server's front, or for a busy client.",
    },
  ])
})

test('a server that says it was slower than it was seen to be means other requests', () => {
  expect(told(100, 600)).toMatchObject([{ message: expect.stringMatching(/the server cannot mean these requests\.$/) }])
})

test('a server that counted others, too, is in use by others', () => {
  expect(told(140, 400)).toMatchObject([
    { message: expect.stringMatching(/^The server counted 140 first tokens where this run saw 100: somebody else/) },
  ])
})

test('a server that counted fewer may have died', () => {
  expect(told(60, 400)).toMatchObject([
    { message: expect.stringMatching(/^The server counted 60 first tokens where this run saw 100: it died, or/) },
  ])
})

test('a server that does not tell its TTFT cannot contradict anybody', () => {
  expect(serverClientMismatch({ records: RECORDS, telemetry: madeUpTelemetry({ waiting: [1, 2, 3] }) })).toEqual([])
})
