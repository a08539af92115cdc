import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { startVitest, type Reporter, type TestCase } from 'vitest/node'
import { monotonicNow } from '../../src/load/monotonic.ts'
import { servingBench } from '../../src/vitest/config.ts'
import { LARGE_LOAD } from './scenario.ts'

// What the records of a large load weigh in the worker, and how soon after the last answer they are with the reporter and in
// the report files: `node bench/client/records.ts`. The server is here, in the process of the reporter, and idle by then.

const { requests, tokens } = LARGE_LOAD
const FIRST = 'data: {"choices":[{"index":0,"text":" word","finish_reason":null}]}\n\n'
const LAST = 'data: {"choices":[{"index":0,"text":" word","finish_reason":"length"}]}\n\ndata: [DONE]\n\n'
const answer = FIRST.repeat(tokens - 1) + LAST

let lastAnswerAt = NaN
const server = createServer((request, response) => {
  if (request.method === 'GET') return void response.end('{"data":[{"id":"any"}]}')
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  response.end(answer, () => {
    lastAnswerAt = monotonicNow()
  })
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')

let reportedAt = NaN
let recordsMb: number | undefined
const watch: Reporter = {
  onTestCaseResult(test: TestCase) {
    reportedAt = monotonicNow()
    recordsMb ??= test.meta().recordsMb
    const [first] = test.meta().serving?.cases ?? []
    if (first?.report.metrics.completed !== requests) console.log(`not all of ${requests} requests completed`)
  },
}

const outputDir = mkdtempSync(join(tmpdir(), 'vitest-llm-bench-'))
process.env['OPENAI_URL'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
process.env['LLM_BENCH_CALIBRATE'] = '0'
try {
  const vitest = await startVitest(
    [],
    { watch: false, config: false, reporters: [watch] },
    {
      plugins: [servingBench({ outputDir: relative('', outputDir), quiet: true })],
      test: { include: [], benchmark: { enabled: true, include: ['bench/client/records-case.ts'] } },
    },
  )
  await vitest.close()
  const seconds = (at: number): string => ((at - lastAnswerAt) / 1000).toFixed(2)
  console.log(
    `The records of ${requests} requests x ${tokens} tokens take ${recordsMb?.toFixed(0)} MB in the worker. ` +
      `${seconds(reportedAt)} s after the last answer they are with the reporter, after ${seconds(monotonicNow())} s in all files.`,
  )
} finally {
  server.close()
  server.closeAllConnections()
  rmSync(outputDir, { recursive: true })
}
