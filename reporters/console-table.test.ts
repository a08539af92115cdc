import { stripVTControlCharacters } from 'node:util'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderTable } from './console-table.ts'
import {
  HOSTILE_NAMES,
  invalid,
  objective,
  report,
  sampleCase,
  studyReport,
  studyCases,
} from './sample-reports.testkit.ts'
import { textWidth } from './text-width.ts'

const plain = (width: number) => ({ width, color: false })

const widest = (text: string): number => Math.max(...text.split('\n').map(textWidth))

test('at 200 columns stands the complete table of the study', () => {
  expect(renderTable(studyReport(), plain(200))).toMatchInlineSnapshot(`
    "15 cases: 8 pass, 6 fail, 1 did not run · Meta-Llama-3-8B-Instruct · sharegpt · poisson

    framework                  request      num  duration  ─ total tokens ──  ────────── throughput ──────────  ───────── TTFT (ms) ─────────  ────── TPOT (ms) ──────
    and variant                   rate  prompts       (s)   input  generated  req/s  input tok/s  output tok/s       P50       P90        P99     P50      P90     P99  verdict
    vllm 0.4.1 awq                   5     1000    230.33  213987     199771   4.34       929.05        867.33    180.10    321.00    538.60✗  139.76  219.49✗  298.66  ✗ fail
    vllm 0.4.1 base                  1      100    105.08   22925      21789   0.95       218.17        207.35     68.75    172.66    216.07    24.68   26.86    33.59  ✓ pass
                                     2      200    112.79   42889      44132   1.77       380.26        391.28     68.18    186.67    244.08    29.64   33.58    45.39  ✓ pass
                                     5     1000    218.21  213987     199774   4.58       980.65        915.52    119.85    232.46    370.85    82.95   82.95    96.64  ✓ pass
                                     8     1000    202.53  213987     199774   4.94      1056.55        986.37  24919.84  49774.61  53385.48✗  104.71  128.04✗  199.54  ✗ fail ab
    lmdeploy 0.4.0 base              1      100    104.29   22925      20520   0.96       219.83        196.77     69.06    182.00    216.00    22.40   24.54    28.94  ✓ pass c
                                     2      200    111.77   42889      41697   1.79       383.73        373.07     67.81    195.30    267.04    26.59   29.49    37.77  ✓ pass c
                                     5     1000    212.51  213987     187896   4.71      1006.94        884.16     97.06    230.58    369.00    32.18   44.24    68.68  ✓ pass c
                                     8     1000    144.06  213987     187694   6.94      1485.41       1302.89    217.03    515.88   3661.76✗   74.94   94.23   141.89  ✗ fail c
    lmdeploy 0.4.0 kv-int8           8     1000    142.92  213987     186820   7.00      1497.24       1307.16    184.06    376.53   1024.51✗   68.76   86.98   136.48  ✗ fail c
    mlc-llm 0.1.dev1166 w4a16        1      100    100.11   22925      20586   1.00       228.99        205.63     63.30    149.08    171.03    12.83   29.01    34.72  ✓ pass c
                                     2      200    108.81   42889      39678   1.81       393.48        364.65     71.64    171.24    226.43    36.07   40.28    53.17  ✓ pass c
                                     5     1000    215.88  213987     179858   4.61       990.13        833.13   2550.71   6156.20   7806.20✗   52.74   62.02    85.82  ✗ fail acd
    sglang base                    inf       50    218.21       0          0   0.00         0.00          0.00         –         –         –✗       –       –        –  ✗ fail be

    a  saturated: vllm 0.4.1 base, 8 req/s: the queue grew to the end: 437 in flight when the last request was sent
    a  saturated: mlc-llm 0.1.dev1166 w4a16, 5 req/s: the queue grew to the end: 96 in flight when the last request was sent
    b  errors: vllm 0.4.1 base, 8 req/s: 12 of 1000 requests failed: idle-timeout 9 (no bytes for 60 s); connect 3 (connect ECONNREFUSED 127.0.0.1:8000)
    b  errors: sglang base, all at once: 50 of 50 requests failed: http-status 50 (503 Service Unavailable)
    c  not comparable: lmdeploy 0.4.0 base, 1 req/s: its answers have 205.2 tokens on average, where vllm 0.4.1 has 217.9
    c  not comparable: lmdeploy 0.4.0 base, 2 req/s: its answers have 208.5 tokens on average, where vllm 0.4.1 has 220.7
    c  not comparable: lmdeploy 0.4.0 base, 5 req/s: its answers have 187.9 tokens on average, where vllm 0.4.1 has 199.8
    c  not comparable: lmdeploy 0.4.0 base, 8 req/s: its answers have 187.7 tokens on average, where vllm 0.4.1 has 202.2
    c  not comparable: lmdeploy 0.4.0 kv-int8, 8 req/s: its answers have 186.8 tokens on average, where vllm 0.4.1 has 202.2
    c  not comparable: mlc-llm 0.1.dev1166 w4a16, 1 req/s: its answers have 205.9 tokens on average, where vllm 0.4.1 has 217.9
    c  not comparable: mlc-llm 0.1.dev1166 w4a16, 2 req/s: its answers have 198.4 tokens on average, where vllm 0.4.1 has 220.7
    c  not comparable: mlc-llm 0.1.dev1166 w4a16, 5 req/s: its answers have 179.9 tokens on average, where vllm 0.4.1 has 199.8
    d  token-estimate: output tokens of 1000 requests were counted by events
    e  simulated: answered by a simulated server

    ✗ vllm 0.4.1 awq, 5 req/s: ttft.p99 538.6 ms > 400 ms
    ✗ vllm 0.4.1 awq, 5 req/s: tpot.p90 219.5 ms > 100 ms
    ✗ vllm 0.4.1 base, 8 req/s: ttft.p99 53385.5 ms > 400 ms
    ✗ vllm 0.4.1 base, 8 req/s: tpot.p90 128.0 ms > 100 ms
    ✗ lmdeploy 0.4.0 base, 8 req/s: ttft.p99 3661.8 ms > 400 ms
    ✗ lmdeploy 0.4.0 kv-int8, 8 req/s: ttft.p99 1024.5 ms > 400 ms
    ✗ mlc-llm 0.1.dev1166 w4a16, 5 req/s: ttft.p99 7806.2 ms > 400 ms
    ✗ sglang base, all at once: ttft.p99: no request completed (50 failed), and no data is a failure
    ? lmdeploy 0.4.0 kv-int8, 8 req/s: ttft.p99 not 10 % above baseline: +3 % (90 % CI -8 % to +15 %, 3 pairs): noise hides changes under 18 %

    ✗ rtx 3090 > tensorrt-llm 5 req/s (tensorrt-llm) did not run: No server answers at http://127.0.0.1:8001. Start it, or set the url of the target.
    "
  `)
})

test('at 120 columns rows stand under the heading of their framework', () => {
  expect(renderTable(studyReport(), plain(120))).toMatchInlineSnapshot(`
    "15 cases: 8 pass, 6 fail, 1 did not run · Meta-Llama-3-8B-Instruct · sharegpt · poisson

                         ─── tokens ───         ─ tok/s ──  ───── TTFT ms ──────  ───── TPOT ms ──────
      rate     n  dur s      in     out  req/s    in   out    p50    p90     p99    p50     p90    p99  verdict
    vllm 0.4.1 awq
         5  1000  230.3  213987  199771   4.34   929   867    180    321    539✗  139.8  219.5✗  298.7  ✗ fail
    vllm 0.4.1 base
         1   100  105.1   22925   21789   0.95   218   207     69    173    216    24.7   26.9    33.6  ✓ pass
         2   200  112.8   42889   44132   1.77   380   391     68    187    244    29.6   33.6    45.4  ✓ pass
         5  1000  218.2  213987  199774   4.58   981   916    120    232    371    83.0   83.0    96.6  ✓ pass
         8  1000  202.5  213987  199774   4.94  1057   986  24920  49775  53385✗  104.7  128.0✗  199.5  ✗ fail ab
    lmdeploy 0.4.0 base
         1   100  104.3   22925   20520   0.96   220   197     69    182    216    22.4   24.5    28.9  ✓ pass c
         2   200  111.8   42889   41697   1.79   384   373     68    195    267    26.6   29.5    37.8  ✓ pass c
         5  1000  212.5  213987  187896   4.71  1007   884     97    231    369    32.2   44.2    68.7  ✓ pass c
         8  1000  144.1  213987  187694   6.94  1485  1303    217    516   3662✗   74.9   94.2   141.9  ✗ fail c
    lmdeploy 0.4.0 kv-int8
         8  1000  142.9  213987  186820   7.00  1497  1307    184    377   1025✗   68.8   87.0   136.5  ✗ fail c
    mlc-llm 0.1.dev1166 w4a16
         1   100  100.1   22925   20586   1.00   229   206     63    149    171    12.8   29.0    34.7  ✓ pass c
         2   200  108.8   42889   39678   1.81   393   365     72    171    226    36.1   40.3    53.2  ✓ pass c
         5  1000  215.9  213987  179858   4.61   990   833   2551   6156   7806✗   52.7   62.0    85.8  ✗ fail acd
    sglang base
       inf    50  218.2       0       0   0.00     0     0      –      –      –✗      –      –       –  ✗ fail be

    a  saturated: vllm 0.4.1 base, 8 req/s: the queue grew to the end: 437 in flight when the last request was sent
    a  saturated: mlc-llm 0.1.dev1166 w4a16, 5 req/s: the queue grew to the end: 96 in flight when the last request was sent
    b  errors: vllm 0.4.1 base, 8 req/s: 12 of 1000 requests failed: idle-timeout 9 (no bytes for 60 s); connect 3 (connect
       ECONNREFUSED 127.0.0.1:8000)
    b  errors: sglang base, all at once: 50 of 50 requests failed: http-status 50 (503 Service Unavailable)
    c  not comparable: lmdeploy 0.4.0 base, 1 req/s: its answers have 205.2 tokens on average, where vllm 0.4.1 has 217.9
    c  not comparable: lmdeploy 0.4.0 base, 2 req/s: its answers have 208.5 tokens on average, where vllm 0.4.1 has 220.7
    c  not comparable: lmdeploy 0.4.0 base, 5 req/s: its answers have 187.9 tokens on average, where vllm 0.4.1 has 199.8
    c  not comparable: lmdeploy 0.4.0 base, 8 req/s: its answers have 187.7 tokens on average, where vllm 0.4.1 has 202.2
    c  not comparable: lmdeploy 0.4.0 kv-int8, 8 req/s: its answers have 186.8 tokens on average, where vllm 0.4.1 has 202.2
    c  not comparable: mlc-llm 0.1.dev1166 w4a16, 1 req/s: its answers have 205.9 tokens on average, where vllm 0.4.1 has
       217.9
    c  not comparable: mlc-llm 0.1.dev1166 w4a16, 2 req/s: its answers have 198.4 tokens on average, where vllm 0.4.1 has
       220.7
    c  not comparable: mlc-llm 0.1.dev1166 w4a16, 5 req/s: its answers have 179.9 tokens on average, where vllm 0.4.1 has
       199.8
    d  token-estimate: output tokens of 1000 requests were counted by events
    e  simulated: answered by a simulated server

    ✗ vllm 0.4.1 awq, 5 req/s: ttft.p99 538.6 ms > 400 ms
    ✗ vllm 0.4.1 awq, 5 req/s: tpot.p90 219.5 ms > 100 ms
    ✗ vllm 0.4.1 base, 8 req/s: ttft.p99 53385.5 ms > 400 ms
    ✗ vllm 0.4.1 base, 8 req/s: tpot.p90 128.0 ms > 100 ms
    ✗ lmdeploy 0.4.0 base, 8 req/s: ttft.p99 3661.8 ms > 400 ms
    ✗ lmdeploy 0.4.0 kv-int8, 8 req/s: ttft.p99 1024.5 ms > 400 ms
    ✗ mlc-llm 0.1.dev1166 w4a16, 5 req/s: ttft.p99 7806.2 ms > 400 ms
    ✗ sglang base, all at once: ttft.p99: no request completed (50 failed), and no data is a failure
    ? lmdeploy 0.4.0 kv-int8, 8 req/s: ttft.p99 not 10 % above baseline: +3 % (90 % CI -8 % to +15 %, 3 pairs): noise hides
      changes under 18 %

    ✗ rtx 3090 > tensorrt-llm 5 req/s (tensorrt-llm) did not run: No server answers at http://127.0.0.1:8001. Start it, or
      set the url of the target.
    "
  `)
})

test('at 80 columns the essentials remain, and the rest is named', () => {
  expect(renderTable(studyReport(), plain(80))).toMatchInlineSnapshot(`
    "15 cases: 8 pass, 6 fail, 1 did not run · Meta-Llama-3-8B-Instruct · sharegpt ·
      poisson

                         tok/s  ── TTFT ms ──  ─ TPOT ms ──
      rate     n  req/s    out    p50     p99    p50    p99  verdict
    vllm 0.4.1 awq
         5  1000   4.34    867    180    539✗  139.8  298.7  ✗ fail
    vllm 0.4.1 base
         1   100   0.95    207     69    216    24.7   33.6  ✓ pass
         2   200   1.77    391     68    244    29.6   45.4  ✓ pass
         5  1000   4.58    916    120    371    83.0   96.6  ✓ pass
         8  1000   4.94    986  24920  53385✗  104.7  199.5  ✗ fail ab
    lmdeploy 0.4.0 base
         1   100   0.96    197     69    216    22.4   28.9  ✓ pass c
         2   200   1.79    373     68    267    26.6   37.8  ✓ pass c
         5  1000   4.71    884     97    369    32.2   68.7  ✓ pass c
         8  1000   6.94   1303    217   3662✗   74.9  141.9  ✗ fail c
    lmdeploy 0.4.0 kv-int8
         8  1000   7.00   1307    184   1025✗   68.8  136.5  ✗ fail c
    mlc-llm 0.1.dev1166 w4a16
         1   100   1.00    206     63    171    12.8   34.7  ✓ pass c
         2   200   1.81    365     72    226    36.1   53.2  ✓ pass c
         5  1000   4.61    833   2551   7806✗   52.7   85.8  ✗ fail acd
    sglang base
       inf    50   0.00      0      –      –✗      –      –  ✗ fail be

    a  saturated: vllm 0.4.1 base, 8 req/s: the queue grew to the end: 437 in flight
       when the last request was sent
    a  saturated: mlc-llm 0.1.dev1166 w4a16, 5 req/s: the queue grew to the end: 96
       in flight when the last request was sent
    b  errors: vllm 0.4.1 base, 8 req/s: 12 of 1000 requests failed: idle-timeout 9
       (no bytes for 60 s); connect 3 (connect ECONNREFUSED 127.0.0.1:8000)
    b  errors: sglang base, all at once: 50 of 50 requests failed: http-status 50
       (503 Service Unavailable)
    c  not comparable: lmdeploy 0.4.0 base, 1 req/s: its answers have 205.2 tokens
       on average, where vllm 0.4.1 has 217.9
    c  not comparable: lmdeploy 0.4.0 base, 2 req/s: its answers have 208.5 tokens
       on average, where vllm 0.4.1 has 220.7
    c  not comparable: lmdeploy 0.4.0 base, 5 req/s: its answers have 187.9 tokens
       on average, where vllm 0.4.1 has 199.8
    c  not comparable: lmdeploy 0.4.0 base, 8 req/s: its answers have 187.7 tokens
       on average, where vllm 0.4.1 has 202.2
    c  not comparable: lmdeploy 0.4.0 kv-int8, 8 req/s: its answers have 186.8
       tokens on average, where vllm 0.4.1 has 202.2
    c  not comparable: mlc-llm 0.1.dev1166 w4a16, 1 req/s: its answers have 205.9
       tokens on average, where vllm 0.4.1 has 217.9
    c  not comparable: mlc-llm 0.1.dev1166 w4a16, 2 req/s: its answers have 198.4
       tokens on average, where vllm 0.4.1 has 220.7
    c  not comparable: mlc-llm 0.1.dev1166 w4a16, 5 req/s: its answers have 179.9
       tokens on average, where vllm 0.4.1 has 199.8
    d  token-estimate: output tokens of 1000 requests were counted by events
    e  simulated: answered by a simulated server

    ✗ vllm 0.4.1 awq, 5 req/s: ttft.p99 538.6 ms > 400 ms
    ✗ vllm 0.4.1 awq, 5 req/s: tpot.p90 219.5 ms > 100 ms
    ✗ vllm 0.4.1 base, 8 req/s: ttft.p99 53385.5 ms > 400 ms
    ✗ vllm 0.4.1 base, 8 req/s: tpot.p90 128.0 ms > 100 ms
    ✗ lmdeploy 0.4.0 base, 8 req/s: ttft.p99 3661.8 ms > 400 ms
    ✗ lmdeploy 0.4.0 kv-int8, 8 req/s: ttft.p99 1024.5 ms > 400 ms
    ✗ mlc-llm 0.1.dev1166 w4a16, 5 req/s: ttft.p99 7806.2 ms > 400 ms
    ✗ sglang base, all at once: ttft.p99: no request completed (50 failed), and no
      data is a failure
    ? lmdeploy 0.4.0 kv-int8, 8 req/s: ttft.p99 not 10 % above baseline: +3 % (90 %
      CI -8 % to +15 %, 3 pairs): noise hides changes under 18 %

    ✗ rtx 3090 > tensorrt-llm 5 req/s (tensorrt-llm) did not run: No server answers
      at http://127.0.0.1:8001. Start it, or set the url of the target.

    not shown: duration (s), total input tokens, total generated tokens, input token
      throughput (tok/s), P90 TTFT (ms), P90 TPOT (ms); all columns:
      bench-results/report.md
    "
  `)
})

test('no line is wider than the terminal, whatever the names', () => {
  const hostile = report(
    HOSTILE_NAMES.map((name) => sampleCase({ case: name, target: { model: name, variant: name } })),
    HOSTILE_NAMES.map((name) => ({ case: name, framework: name, message: name })),
  )
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 220 }), fc.boolean(), (width, color) => {
      expect(widest(renderTable(studyReport(), { width, color }))).toBeLessThanOrEqual(width)
      expect(widest(renderTable(hostile, { width, color }))).toBeLessThanOrEqual(width)
    }),
    { numRuns: 40 },
  )
})

test('foreign text cannot steer the terminal', () => {
  const hostile = report(
    HOSTILE_NAMES.map((name) =>
      sampleCase({ case: name, target: { variant: name }, doubts: [{ code: 'aborted', message: name }] }),
    ),
    HOSTILE_NAMES.map((name) => ({ case: name, framework: name, message: name })),
  )
  expect(renderTable(hostile, plain(120))).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\p{Cs}\u200b\u2028\u2029\uffff]/u)
})

test('colour adds escapes and nothing else', () => {
  const painted = renderTable(studyReport(), { width: 120, color: true })
  expect(painted).toContain('\u001b[31m')
  expect(stripVTControlCharacters(painted)).toBe(renderTable(studyReport(), plain(120)))
})

test('a report in which every server was simulated says so once, at the top', () => {
  const cases = studyCases().map((row) => ({ ...row, target: { ...row.target, simulated: true } }))
  const text = renderTable(report(cases), plain(120))
  expect(text.match(/simulated/g)).toHaveLength(1)
  expect(text.split('\n')[0]).toMatch(/simulated/)
})

test("a row whose server's queue grew says so below the table", () => {
  const row = sampleCase({
    doubts: [{ code: 'queue-growing', message: "The server's queue grew to 323 waiting, KV cache 99 %." }],
  })
  expect(renderTable(report([row]), plain(120))).toContain(
    "\na  queue-growing: The server's queue grew to 323 waiting, KV cache 99 %.\n",
  )
})

test('the trials of a case are one row, and how many they are is said under it', () => {
  const text = renderTable(report([sampleCase({ trials: 2 })]), plain(120))
  expect(text).toMatch(/^1 case: 1 pass/)
  expect(text).toMatch(/ 5 +2000 +436\.4 .* pass a\n/)
  expect(text).toContain('a  trials: 2 trials of 1000 requests, pooled')
})

test('two cases with the same load are told apart by their names', () => {
  const cases = ['chat > greedy', 'chat > sampled'].map((name) =>
    sampleCase({ case: name, verdicts: [objective('fail', 'e2eLatency.p95', 1200, 1000)] }),
  )
  expect(renderTable(report(cases), plain(60))).toMatchInlineSnapshot(`
    "2 cases: 2 fail · Meta-Llama-3-8B-Instruct · sharegpt ·
      poisson

                        tok/s  ─ TTFT ms ──     TPOT ms
      case  rate     n    out    p50    p99   p50   p99  verdict
    vllm 0.4.1 base
      #1       5  1000  915.5  119.8  370.9  83.0  96.6  ✗ fail
      #2       5  1000  915.5  119.8  370.9  83.0  96.6  ✗ fail

    #1 chat > greedy
    #2 chat > sampled

    ✗ vllm 0.4.1 base, 5 req/s, chat > greedy: e2eLatency.p95
      1200.0 ms > 1000 ms
    ✗ vllm 0.4.1 base, 5 req/s, chat > sampled: e2eLatency.p95
      1200.0 ms > 1000 ms

    not shown: duration (s), total input tokens, total generated
      tokens, request throughput (req/s), input token throughput
      (tok/s), P90 TTFT (ms), P90 TPOT (ms); all columns:
      bench-results/report.md
    "
  `)
})

test('an untrustworthy run is invalid even if an objective was missed', () => {
  const row = sampleCase({ verdicts: [objective('fail', 'ttft.p99', 2, 1), invalid('80 ms late at p99')] })
  expect(renderTable(report([row]), plain(120))).toMatch(/! invalid$/m)
})

test('columns that found no room are in the folder of the reports, wherever that is', () => {
  const text = renderTable(report([sampleCase()]), { ...plain(60), outputDir: 'ci/out' })
  expect(text).toMatch(/all\s+columns:\s+ci\/out\/report\.md/)
  expect(text).not.toContain('bench-results')
})

test('without cases there is no table', () => {
  expect(renderTable(report([]), plain(80))).toBe('No case ran\n')
  expect(renderTable(report([], [{ case: 'a', framework: null, message: 'boom\n  at x' }]), plain(80))).toBe(
    '1 case: 1 did not run\n\n✗ a did not run: boom\n',
  )
})
