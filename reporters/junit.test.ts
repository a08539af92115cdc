import { expect, test } from 'vitest'
import { parseJunit, type JUnit } from './junit-schema.testkit.ts'
import { renderJunit } from './junit.ts'
import { plainLine } from '../src/base/plain-text.ts'
import { serverLost } from '../src/verdict/make.ts'
import type { Verdict } from '../src/verdict/verdict.ts'
import {
  HOSTILE_NAMES,
  EMPTY_METRICS,
  invalid,
  objective,
  report,
  sampleCase,
  studyReport,
  told,
} from './sample-reports.testkit.ts'

function cases(xml: string): JUnit['testsuite'][number]['testcase'] {
  return parseJunit(xml).testsuite.flatMap(({ testcase }) => testcase)
}

/** Our file without the properties, of which there are dozens. */
const skeleton = (xml: string): string => xml.replaceAll(/\n *<\/?propert.*>/g, '')

test('there is a suite for each framework and variant, and one for each framework that did not run', () => {
  const suites = [
    ...renderJunit(studyReport()).matchAll(/<testsuite name="(.*?)".* tests="(\d+)" failures="(\d+)" errors="(\d+)"/g),
  ]
  expect(suites.map((match) => match.slice(1).join(' '))).toEqual([
    'vllm 0.4.1 awq 1 1 0',
    'vllm 0.4.1 base 4 1 0',
    'lmdeploy 0.4.0 base 4 1 0',
    'lmdeploy 0.4.0 kv-int8 1 1 0',
    'mlc-llm 0.1.dev1166 w4a16 3 1 0',
    'sglang base 1 1 0',
    'tensorrt-llm 1 0 1',
  ])
})

test('a case has one failure with every violated objective, and its doubts in system-out', () => {
  const { cases: all, failedCases } = studyReport()
  expect(skeleton(renderJunit(report(all.slice(3, 4), failedCases)))).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="LLM serving benchmark" tests="2" failures="1" errors="1" skipped="0">
      <testsuite name="vllm 0.4.1 base" time="202.53" timestamp="2024-05-04T12:00:00" tests="1" failures="1" errors="0" skipped="0">
        <testcase classname="llm-bench.vllm 0_4_1 base" name="rtx 3090 > vllm base 8 req/s" time="202.53">
          <failure message="ttft.p99 53385.5 ms > 400 ms (and 1 more)" type="objective"><![CDATA[objective: ttft.p99 53385.5 ms > 400 ms
    objective: tpot.p90 128.0 ms > 100 ms
    9 x idle-timeout: no bytes for 60 s
    3 x connect: connect ECONNREFUSED 127.0.0.1:8000]]></failure>
          <system-out><![CDATA[✗ fail  vllm 0.4.1 base, 8 req/s
    988 of 1000 requests completed in 203 s, 100 % sent, 986.4 tok/s out
    TTFT p50 24.9 s, p90 49.8 s, p99 53.4 s
    TPOT p50 105 ms, p90 128 ms, p99 200 ms
    saturated: the queue grew to the end: 437 in flight when the last request was sent
    errors: 12 of 1000 requests failed: idle-timeout 9 (no bytes for 60 s); connect 3 (connect ECONNREFUSED 127.0.0.1:8000)]]></system-out>
        </testcase>
      </testsuite>
      <testsuite name="tensorrt-llm" tests="1" failures="0" errors="1" skipped="0">
        <testcase classname="llm-bench.tensorrt-llm" name="rtx 3090 > tensorrt-llm 5 req/s">
          <error message="No server answers at http://127.0.0.1:8001. Start it, or set the url of the target." type="did-not-run"><![CDATA[No server answers at http://127.0.0.1:8001. Start it, or set the url of the target.
      at connect (net.js)]]></error>
        </testcase>
      </testsuite>
    </testsuites>"
  `)
})

test('each metric that was measured is a property of its case', () => {
  const xml = renderJunit(report([sampleCase()]))
  expect(xml).toContain('<property name="ttft.p99" value="370.85"/>')
  expect(xml).toContain('<property name="outputThroughput" value="915.52"/>')
  expect(xml).toContain('<property name="load.requestRate" value="5"/>')
  expect(xml).toContain('<property name="target.version" value="0.4.1"/>')
  expect(xml).not.toContain('"itl')
  expect(renderJunit(report([sampleCase({ metrics: EMPTY_METRICS })]))).not.toContain('"ttft')
})

test('the type of the failure is the kind of the verdict that it tells first: the cause of the others', () => {
  const missed = objective('fail', 'ttft.p99', 2, 1)
  const baseline = told('fail', 'ttft.p99 as before', 'slower')
  const late = invalid('late')
  const lost = serverLost('vllm was ended by SIGKILL')
  const typeOf = (...verdicts: Verdict[]): string | undefined =>
    /<failure .*type="(\w+)"/.exec(renderJunit(report([sampleCase({ verdicts })])))?.[1]
  expect([typeOf(baseline), typeOf(missed, baseline), typeOf(missed, late), typeOf(late, lost)]).toEqual([
    'baseline',
    'objective',
    'validity',
    'server',
  ])
})

test('what explains a broken objective follows its facts', () => {
  const slowest = ['slowest first tokens', '  request 1   1300.2 ms']
  const missed = { ...objective('fail', 'ttft.p99', 1296, 800), explanation: { shares: '71 % server queue', slowest } }
  const facts = 'ttft.p99 1296.0 ms > 800 ms; 71 % server queue'
  expect(cases(renderJunit(report([sampleCase({ verdicts: [missed] })])))[0]?.failure).toMatchObject([
    { '@message': facts, '#text': [`objective: ${facts}`, ...slowest].join('\n') },
  ])
})

test('attachments are lines of system-out of their own, which GitLab and Jenkins read', () => {
  const xml = renderJunit(report([sampleCase()]), { attachments: ['bench-results/report.html'] })
  expect(cases(xml)[0]?.['system-out']?.split('\n').at(-1)).toBe('[[ATTACHMENT|bench-results/report.html]]')
})

test('an inconclusive verdict does not fail the case', () => {
  const xml = renderJunit(report([sampleCase({ verdicts: [told('inconclusive', 'ttft.p99 as before', 'too few')] })]))
  expect(xml).not.toContain('<failure')
  expect(xml).toContain('inconclusive: ttft.p99 as before: too few')
})

test('the trials of a case are one test case', () => {
  const xml = renderJunit(report([sampleCase({ trials: 2 })]))
  expect([...xml.matchAll(/ name="([^"]*)" time/g)].map((match) => match[1])).toEqual([
    'vllm 0.4.1 base',
    'rtx 3090 > vllm base 5 req/s',
  ])
  expect(xml).toContain('trials: 2 trials of 1000 requests, pooled')
  expect(xml).toContain('<property name="load.trial" value="0, 1"/>')
})

test('no name makes the file invalid, and every name comes back as plain text', () => {
  const xml = renderJunit(
    report(
      HOSTILE_NAMES.map((name) =>
        sampleCase({
          case: name,
          target: { variant: name, model: name },
          load: { dataset: name },
          verdicts: [told('fail', name, `${name} ]]>`)],
          doubts: [{ code: 'aborted', message: name }],
        }),
      ),
      HOSTILE_NAMES.map((name) => ({ case: name, framework: name, message: name })),
    ),
  )
  // The characters of XML 1.0; parsers are laxer than the standard here.
  expect(xml).not.toMatch(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u)
  const names = cases(xml).map((each) => each['@name'])
  expect(names).toHaveLength(2 * HOSTILE_NAMES.length)
  expect(new Set(names)).toEqual(new Set(HOSTILE_NAMES.map(plainLine)))
})

test('the counts of the file are those of its cases', () => {
  const xml = renderJunit(studyReport())
  const all = cases(xml)
  const having = (key: string): number => all.filter((each) => key in each).length
  expect(parseJunit(xml)).toMatchObject({
    '@tests': String(all.length),
    '@failures': String(having('failure')),
    '@errors': String(having('error')),
  })
  expect([all.length, having('failure'), having('error')]).toEqual([15, 6, 1])
})
