import { expect, test } from 'vitest'
import { madeUpRecord, madeUpReport } from '../src/metrics/records.testkit.ts'
import type { CaseReport } from '../src/report.ts'
import { clientLine } from './client-line.ts'

/** One request, sent `lateness` ms after it was due. */
function row(lateness: number, utilisation: number, changes: Partial<CaseReport['target']> = {}): CaseReport {
  const records = [madeUpRecord({ sentAt: lateness })]
  const { target } = madeUpReport(records)
  return madeUpReport(records, {
    target: { ...target, ...changes },
    result: { records, unsent: 0, aborted: false, connections: null, utilisation },
  })
}

test('the worst of all cases stands in it', () => {
  expect(clientLine([row(0.5, 0.2), row(1.25, 0.1)])).toBe(
    'client: sends up to 1.25 ms late (P99), adds up to 0.40 ms to TTFT and 0.30 ms to ITL (P99), is at work for up to 20 % of the time',
  )
})

test('it tells of several threads, and not of one', () => {
  const threaded = row(0.5, 0.2)
  threaded.validity.client.threads = 3
  expect(clientLine([threaded, row(0, 0)])).toMatch(/^client: has up to 3 threads, sends up to /)
})

test('a wait for a slot is not the lateness of the client', () => {
  const capped = row(9000, 0.1)
  capped.load.maxConcurrency = 4
  expect(clientLine([capped])).toMatch(/^client: adds up to /)
})

test('in virtual time there is no client', () => {
  expect(clientLine([row(0, 0, { simulated: true })])).toBeNull()
})

test('another transport than our own is told of, with what its calibration leaves out', () => {
  const ours = row(0, 0.1)
  ours.validity.client.transport = 'http'
  const proxied = row(0, 0.1)
  Object.assign(proxied.validity.client, { transport: 'undici', proxy: 'proxy:3128' })
  proxied.validity.connections = { opened: 1, http2: 1, reused: 0, resent: 0, connectMs: null }
  expect(clientLine([ours])).toMatch(/^client: sends up to /)
  expect(clientLine([ours, proxied, proxied])).toMatch(
    /^client: speaks HTTP\/2 by undici through the proxy proxy:3128, sends up to .* ITL \(P99, over HTTP\/1\.1, without the proxy\), is at work/,
  )
})
