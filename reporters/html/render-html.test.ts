import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { packagedFile } from '../../src/base/package-info.ts'
import { renderJson } from '../json.ts'
import { HOSTILE_NAMES, report, sampleCase, studyReport, told } from '../sample-reports.testkit.ts'
import { madeUpCase } from './measured-report.testkit.ts'
import { readPublishedStudy } from './published-study.ts'
import { madeUpTelemetry } from '../../src/telemetry/telemetry.testkit.ts'
import { renderHtml } from './render-html.ts'
import { renderJunit } from '../junit.ts'

/** What a reader without scripts sees: no markup, one space for every run of white space. */
function textOf(page: string): string {
  const visible = page.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '')
  return visible.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ')
}

const markupOf = (page: string): string[] =>
  [...page.replace(/<(script|style)[^>]*>.*?<\/\1>/gs, '<$1>').matchAll(/<[^>]*>/g)].map(([tag]) =>
    tag.replace(/"[^"]*"/g, '""'),
  )

test('without scripts the verdict, the reasons, the table and the doubts are there', () => {
  const text = textOf(renderHtml(studyReport()))
  expect(text).toContain('15 cases: 8 pass, 6 fail, 1 did not run.')
  expect(text).toContain('vllm 0.4.1 awq, 5 req/s : ttft.p99 538.6 ms &gt; 400 ms')
  expect(text).toContain('did not run rtx 3090 &gt; tensorrt-llm 5 req/s (tensorrt-llm): No server answers')
  expect(text).toContain('saturated: vllm 0.4.1 base, 8 req/s: the queue grew to the end')
  expect(text).toContain('idle-timeout 9 no bytes for 60 s')
  expect(text).toContain('62 of 7950 requests failed, in 2 of 14 cases.')
  expect(text).toContain('24920 49775 53385 ✗ 105 128 ✗ 200 ✗ fail ab')
})

test('the evidence has doubts first, and no column in which no case has anything', () => {
  const heads = (page: string): string => / aria-label="Evidence by case".*?<\/thead>/s.exec(page)?.[0] ?? ''
  const [known, unknown] = [0.99, null].map((offeredShare) => sampleCase({ validity: { offeredShare } }))
  expect(textOf(heads(renderHtml(report([known!])))).trim()).toMatch(/case doubts sent arrivals over rate/)
  expect(heads(renderHtml(report([unknown!])))).not.toContain('arrivals over rate')
})

test('a page that nothing ran on says so and stands', () => {
  const page = renderHtml(report([], [{ case: 'a > b', framework: null, message: 'No server' }]))
  expect(textOf(page)).toContain('1 case: 1 did not run.')
  expect(textOf(page)).not.toMatch(/NaN|undefined|Infinity/)
})

test('every number that no server gave is marked, and no other', () => {
  const cases = (simulated: boolean) =>
    [1, 8].map((requestRate) => madeUpCase({ framework: simulated ? 'vllm' : 'tgi', requestRate, simulated }))
  const tag = '<span class="tag">simulated</span>'
  const rows = (page: string): string[] => page.split('</tr>').filter((row) => row.includes('scope="row"'))
  const mixed = renderHtml(report([...cases(true), ...cases(false)]))
  const [matrixRow, , firstRow, , realRow] = rows(mixed)
  expect(matrixRow).toContain(tag)
  expect(firstRow).toContain(tag)
  expect(realRow).not.toContain(tag)
  expect(mixed.match(/<ul class="legend">.*?<\/ul>/s)?.[0].split(tag)).toHaveLength(2)
  expect(renderHtml(report(cases(false)))).not.toContain(tag)
})

test('a failed request is counted, drawn at the top and in no percentile', () => {
  const page = renderHtml(report([madeUpCase({ ttft: [100, null, 300] })]))
  expect(textOf(page)).toContain('1 of 3 requests failed, in 1 of 1 case.')
  expect(page).toContain('{"label":"failed","style":-1,"shape":"points","x":[1],"y":[300]}')
})

test('trials of a case are one row, and each has its own course', () => {
  const page = renderHtml(report([madeUpCase({ trials: 3 })]))
  expect(textOf(page)).toContain('1 case: 1 pass.')
  expect(page.match(/<h3 id="timeline-\d-\d-title">[^<]*/g)).toEqual([
    '<h3 id="timeline-0-0-title">vllm 0.4.1 base, 8 req/s, trial 0 over time',
    '<h3 id="timeline-0-1-title">vllm 0.4.1 base, 8 req/s, trial 1 over time',
    '<h3 id="timeline-0-2-title">vllm 0.4.1 base, 8 req/s, trial 2 over time',
  ])
})

// The gaps of each request are 10 ms.
test('ITL of several trials is in the page and in JUnit', () => {
  const bench = report([madeUpCase({ trials: 3 })])
  expect(renderHtml(bench)).toContain('<h3 id="itl-distribution-title">Distribution of ITL')
  expect(renderJunit(bench)).toContain('<property name="itl.p99" value="10"/>')
})

test('telemetry stands under the first tokens with what it peaked at, and what could not be read is said', () => {
  const telemetry = madeUpTelemetry(
    { waiting: [0, 323, null], kvCacheUse: [0, 0.99, 0.5] },
    { roundTripMs: null, problems: ['Its log could not be read.'] },
  )
  const samples = { ...telemetry.samples, at: [-500, 500, 1500] }
  const row = madeUpCase()
  const trials = row.trials.map((trial) => ({ ...trial, telemetry: { ...telemetry, samples } }))
  const page = renderHtml(report([{ ...row, trials }]))
  expect(textOf(page)).toContain('Server: running, waiting and swapped requests (waiting at most 323)')
  expect(textOf(page)).toContain('Server: KV cache in use (KV cache at most 99 %)')
  expect(textOf(page)).toContain('Its log could not be read.')
  expect(textOf(page)).not.toContain('preemptions')
})

test('the same requests at one load are said to be the same, others are not', () => {
  const vllm = madeUpCase()
  const tgi = madeUpCase({ framework: 'tgi' })
  expect(textOf(renderHtml(report([vllm, tgi])))).toContain('At each load all targets got the same prompts')
  const other = { ...tgi, trials: tgi.trials.map((trial) => ({ ...trial, digest: 'other' })) }
  expect(textOf(renderHtml(report([vllm, other])))).toContain('At 8 req/s the targets did not get the same requests')
})

test('foreign text stays text: the page of hostile names has the markup of a page of plain ones', () => {
  const pageOf = (names: readonly string[]): string =>
    renderHtml(
      report(
        names.map((name, i) =>
          sampleCase({
            case: `${name} > ${i}`,
            target: { model: name, variant: name, url: name },
            load: { requestRate: i + 1, dataset: name },
            verdicts: [told('fail', name, name)],
            errors: [{ kind: 'in-band-error', count: 1, example: name }],
          }),
        ),
        names.map((name) => ({ case: name, framework: name, message: name })),
      ),
      { title: names.join(' ') },
    )
  const page = pageOf([...HOSTILE_NAMES, '</script><img src=x onerror=alert(1)>', '" onmouseover="x'])
  const plain = pageOf(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'])
  expect(markupOf(page).toSorted()).toEqual(markupOf(plain).toSorted())
  const words = page.replace(/<script type="application\/json".*?<\/script>/gs, '')
  expect(words).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\u2028]/u)
})

test('the published tables stand beside the cases they have a row for', () => {
  const row = sampleCase({ load: { requestRate: 8 }, metrics: { durationMs: 202_530 * 1.1 } })
  const text = textOf(renderHtml(report([row]), { published: readPublishedStudy() }))
  expect(text).toContain('1 of 1 cases have the target and the load of a row')
  expect(text).toContain('222.78 202.53, +10.0 %')
})

test('the same report.json gives the same bytes under another locale, time zone and terminal', () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-html-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const made = report([1, 2, 8].map((requestRate) => madeUpCase({ requestRate, framework: 'tgi' })))
  writeFileSync(join(folder, 'report.json'), renderJson(made))
  const command = [packagedFile('src/cli/main.ts'), 'report', 'report.json', '-o', 'page.html']
  const elsewhere = { ...process.env, TZ: 'Asia/Kathmandu', LC_ALL: 'ar_EG.UTF-8', LANG: 'ar_EG.UTF-8', COLUMNS: '20' }
  execFileSync(process.execPath, command, { cwd: folder, env: elsewhere })
  expect(readFileSync(join(folder, 'page.html'), 'utf8')).toBe(renderHtml(made))
})
