import { expect, test } from 'vitest'
import { report, sampleCase } from '../../reporters/sample-reports.testkit.ts'
import { encodeRequests } from '../metrics/columns.ts'
import { madeUpRecord } from '../metrics/records.testkit.ts'
import { temporaryFile } from '../workload/temporary-file.testkit.ts'
import { canary } from './canary.ts'

/** A report of one case with two trials of 100 requests each. */
function recorded(): Promise<string> {
  const records = Array.from({ length: 100 }, (_, index) => {
    const first = 100 + (index % 7)
    return madeUpRecord({ index, outputAt: Float64Array.of(first, first + 10, first + 20, first + 30, first + 40) })
  })
  const requests = encodeRequests(records)
  const sample = sampleCase({ trials: 2 })
  const trials = sample.trials.map((trial) => ({ ...trial, requests }))
  return temporaryFile('report.json', JSON.stringify(report([{ ...sample, trials }])))
}

async function run(...args: string[]): Promise<{ printed: string; error: unknown }> {
  const lines: string[] = []
  const error = await canary(args, { print: (line) => void lines.push(line) }).catch((thrown: unknown) => thrown)
  return { printed: lines.join('\n'), error }
}

test('it prints what the gate said of each fault', async () => {
  const { printed, error } = await run(await recorded())
  expect(error).toBeUndefined()
  expect(printed).toMatchInlineSnapshot(`
    "1 case, 2 recorded trials: one fault in one case at a time

    ✓ nothing changed: 1 of 1 right
        build         5 gates: 2 pass, 3 inconclusive, 0 FAIL. Chance of any false FAIL in this build: at most 5%
    ✓ TTFT twice as long: 1 of 1 right
        FAIL          vllm @ 5 req/s  TTFT typical +100.0% (90% CI +92.3% to +108.0%, 5 fresh pairs, Holm p = 0.0000044 among 3 suspects): slower, limit 5%
    ✓ TPOT 10 % longer: 1 of 1 right
        FAIL          vllm @ 5 req/s  TPOT typical +10.0% (90% CI +5.5% to +14.7%, 5 fresh pairs, Holm p = 0.0086 among 2 suspects): slower, limit 5%
    ✓ 2 % of the requests failed: 1 of 1 right
        FAIL          vllm @ 5 req/s  failed requests 10 of 500, baseline 0 (5 fresh pairs, Holm p = 0.00093 among 1 suspect): more failures, limit 1% of the requests
    ✓ the slowest 5 % of the requests lost from the record: 1 of 1 right
        refused: vllm @ 5 req/s: the times of trial 0 have different lengths (100, 100, 100, 95, 95, 95). State every time of every request on both sides, NaN where a request failed.
    ✓ no TPOT in the record: 1 of 1 right
        refused: vllm @ 5 req/s: tpot of trial 0: no request has it on both sides. A side on which everything failed is a failure of its own; look at its errors first.
    ✓ times in seconds: 1 of 1 right
        refused: vllm @ 5 req/s: ttft of trial 0: every request is over 500 times as fast as before. Times are in milliseconds on both sides: look for seconds, or for answers that are none.

    The gate saw every fault, and nothing where nothing was."
  `)
})

test('a gate that misses a fault ends with an error, and what it said of the fault stands above', async () => {
  const { printed, error } = await run(await recorded(), '--margin', 'failed requests=0.05')
  expect(error).toMatchObject({ code: 'gate-broken', message: expect.stringContaining('The gate was wrong once.') })
  expect(printed).toContain('✗ 2 % of the requests failed: 0 of 1 right\n    INCONCLUSIVE')
})

test.each([
  ['a margin without a share', ['--margin', 'TPOT typical'], 'bad-command'],
  ['a margin of a gate that is none', ['--margin', 'TPOT=0.2'], 'bad-baseline'],
  ['a margin that is no number', ['--margin', 'TPOT typical=wide'], 'bad-baseline'],
])('%s is refused', async (_what, args, code) => {
  expect((await run(await recorded(), ...args)).error).toMatchObject({ code })
})

test('a report without a case is no evidence', async () => {
  const empty = await temporaryFile('report.json', JSON.stringify(report([])))
  expect((await run(empty)).error).toMatchObject({ code: 'no-data' })
})
