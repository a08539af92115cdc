import { expect, test } from 'vitest'
import { renderMarkdown } from './markdown.ts'
import { HOSTILE_NAMES, report, sampleCase, studyReport, told } from './sample-reports.testkit.ts'

test('the page has a verdict, every column of the study, and the reasons', () => {
  const { cases, failedCases } = studyReport()
  const short = report(
    cases.filter(({ target }) => target.framework !== 'lmdeploy' || target.variant !== 'base').slice(3),
    failedCases,
  )
  expect(renderMarkdown(short, { title: 'Nightly' })).toMatchInlineSnapshot(`
    "## Nightly

    8 cases: 2 pass, 5 fail, 1 did not run.

    | framework and variant | request-rate | num-prompts | duration (s) | total input tokens | total generated tokens | request throughput (req/s) | input token throughput (tok/s) | output token throughput (tok/s) | P50 TTFT (ms) | P90 TTFT (ms) | P99 TTFT (ms) | P50 TPOT (ms) | P90 TPOT (ms) | P99 TPOT (ms) | verdict |
    | --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --- |
    | vllm 0.4.1 awq | 5 | 1000 | 230.33 | 213987 | 199771 | 4.34 | 929.05 | 867.33 | 180.10 | 321.00 | **538.60** ✗ | 139.76 | **219.49** ✗ | 298.66 | ✗ fail |
    | vllm 0.4.1 base | 8 | 1000 | 202.53 | 213987 | 199774 | 4.94 | 1056.55 | 986.37 | 24919.84 | 49774.61 | **53385.48** ✗ | 104.71 | **128.04** ✗ | 199.54 | ✗ fail <sup>ab</sup> |
    | lmdeploy 0.4.0 kv-int8 | 8 | 1000 | 142.92 | 213987 | 186820 | 7.00 | 1497.24 | 1307.16 | 184.06 | 376.53 | **1024.51** ✗ | 68.76 | 86.98 | 136.48 | ✗ fail <sup>c</sup> |
    | mlc-llm 0.1.dev1166 w4a16 | 1 | 100 | 100.11 | 22925 | 20586 | 1.00 | 228.99 | 205.63 | 63.30 | 149.08 | 171.03 | 12.83 | 29.01 | 34.72 | ✓ pass |
    | mlc-llm 0.1.dev1166 w4a16 | 2 | 200 | 108.81 | 42889 | 39678 | 1.81 | 393.48 | 364.65 | 71.64 | 171.24 | 226.43 | 36.07 | 40.28 | 53.17 | ✓ pass |
    | mlc-llm 0.1.dev1166 w4a16 | 5 | 1000 | 215.88 | 213987 | 179858 | 4.61 | 990.13 | 833.13 | 2550.71 | 6156.20 | **7806.20** ✗ | 52.74 | 62.02 | 85.82 | ✗ fail <sup>acd</sup> |
    | sglang base | inf | 50 | 218.21 | 0 | 0 | 0.00 | 0.00 | 0.00 | – | – | **–** ✗ | – | – | – | ✗ fail <sup>be</sup> |

    - **a** saturated: vllm 0.4.1 base, 8 req/s: the queue grew to the end: 437 in flight when the last request was sent
    - **a** saturated: mlc-llm 0.1.dev1166 w4a16, 5 req/s: the queue grew to the end: 96 in flight when the last request was sent
    - **b** errors: vllm 0.4.1 base, 8 req/s: 12 of 1000 requests failed: idle-timeout 9 (no bytes for 60 s); connect 3 (connect ECONNREFUSED 127.0.0.1:8000)
    - **b** errors: sglang base, all at once: 50 of 50 requests failed: http-status 50 (503 Service Unavailable)
    - **c** not comparable: lmdeploy 0.4.0 kv-int8, 8 req/s: its answers have 186.8 tokens on average, where vllm 0.4.1 has 202.2
    - **c** not comparable: mlc-llm 0.1.dev1166 w4a16, 5 req/s: its answers have 179.9 tokens on average, where vllm 0.4.1 awq has 199.8
    - **d** token-estimate: output tokens of 1000 requests were counted by events
    - **e** simulated: answered by a simulated server

    ### Objectives missed

    - vllm 0.4.1 awq, 5 req/s: ttft.p99 538.6 ms &gt; 400 ms
    - vllm 0.4.1 awq, 5 req/s: tpot.p90 219.5 ms &gt; 100 ms
    - vllm 0.4.1 base, 8 req/s: ttft.p99 53385.5 ms &gt; 400 ms
    - vllm 0.4.1 base, 8 req/s: tpot.p90 128.0 ms &gt; 100 ms
    - lmdeploy 0.4.0 kv-int8, 8 req/s: ttft.p99 1024.5 ms &gt; 400 ms
    - mlc-llm 0.1.dev1166 w4a16, 5 req/s: ttft.p99 7806.2 ms &gt; 400 ms
    - sglang base, all at once: ttft.p99: no request completed (50 failed), and no data is a failure

    ### Inconclusive

    - lmdeploy 0.4.0 kv-int8, 8 req/s: ttft.p99 not 10 % above baseline: +3 % (90 % CI -8 % to +15 %, 3 pairs): noise hides changes under 18 %

    ### Cases that did not run

    - ✗ **rtx 3090 &gt; tensorrt-llm 5 req/s** (tensorrt-llm): No server answers at http://127.0.0.1:8001. Start it, or set the url of the target. at connect (net.js)

    ### Can this run be trusted?

    - 62 of 4350 requests failed, in 2 of 7 cases.
    - Every request that was asked for was sent. Each load had the rate that was asked for.
    - How late the client sent its requests was not measured.
    - What the client adds to the times was not measured. Not calibrated: a sample.
    - At each load all targets got the same prompts, lengths and arrival times (one digest).
    - The targets' generated tokens differ by up to 11.1 % (at 5 req/s).
    - Every answer had the length that was asked for.
    - Arrivals came at 100 % of the rate that was asked for.
    - The gaps between the sent requests are those of the schedule, within 1 ms; none left more than 5 ms late.
    - No server was warmed up; every request of the runs is in the numbers.
    - Input tokens are those of the workload, as counted by words.
    "
  `)
})

test('foreign text stays text: no tag, no cell, no line, no emphasis of its own', () => {
  const page = renderMarkdown(
    report(
      HOSTILE_NAMES.map((name) =>
        sampleCase({ case: name, target: { variant: name }, verdicts: [told('fail', name, name)] }),
      ),
      HOSTILE_NAMES.map((name) => ({ case: name, framework: name, message: name })),
    ),
    { title: HOSTILE_NAMES.join(' ') },
  )
  // Outside of our own <sup>, and after taking out what is escaped, no markup remains.
  const unescaped = page.replaceAll(/\\[\\`*_[\]|~#!$]/g, '')
  expect(unescaped).not.toMatch(/<(?!\/?sup>)|`/)
  expect(page).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\u2028]/u)
  const rows = unescaped.split('\n').filter((line) => line.startsWith('|'))
  expect(rows).toHaveLength(2 + HOSTILE_NAMES.length)
  expect(new Set(rows.map((row) => row.split('|').length))).toEqual(new Set([18]))
})

test('a report of thousands of cases stays below 900 kB and says what it left out', () => {
  const cases = Array.from({ length: 8000 }, (_, i) =>
    sampleCase({
      case: `case ${i}`,
      load: { requestRate: i + 1 },
      verdicts: [told('fail', 'ttft.p99 as before', 'é'.repeat(3000))],
    }),
  )
  const page = renderMarkdown(report(cases), { outputDir: 'ci/out' })
  expect(Buffer.byteLength(page)).toBeLessThan(900_000)
  expect(page.match(/\d+ more left out to keep this page small: see ci\/out\/report\.json/g)).toHaveLength(2)
})
