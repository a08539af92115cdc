import { expect, test } from 'vitest'
import type { Chart } from './chart.ts'
import { HOSTILE_NAMES } from '../sample-reports.testkit.ts'
import { madeUpHistory } from './made-up-history.testkit.ts'
import { renderHistoryPage } from './render-history.ts'

const METRICS = { metrics: ['ttft.p50', 'tpot.p50'] }
const WORSE = [100, 100, 101, 120, 121, 120]

function page(...histories: Parameters<typeof renderHistoryPage>[0]): string {
  return renderHistoryPage(histories, METRICS).replaceAll(/\s*(<|>)\s*/g, '$1')
}

/** The charts of a page, as they are drawn. */
function chartsOf(...histories: Parameters<typeof renderHistoryPage>[0]): Chart[] {
  const found = page(...histories).matchAll(/class="chart">(.*?)<\/script>/gs)
  return [...found].map(([, json]) => JSON.parse(json ?? ''))
}

test('a change is marked in its plot, said in words, and counted at the top', () => {
  const text = page(madeUpHistory(WORSE))
  expect(text).toContain('<p class="verdict fail">✗ 1 change: 1 got worse for good.</p>')
  expect(text.match(/✗ ttft\.p50 is worse by 19\.9 % since 0\.4\.0: 100\.33 -&gt; 120\.33/g)).toHaveLength(3)
  const [chart] = chartsOf(madeUpHistory(WORSE))
  // Between the third version and the fourth; the levels are the means of three versions each.
  expect(chart?.limits).toEqual([{ label: '✗ +19.9 %', axis: 'x', value: 2.5, tone: 'fail' }])
  expect(chart?.series.filter(({ label }) => label === 'level').map(({ x, y }) => [x, y])).toEqual([
    [
      [0, 2],
      [100.3, 100.3],
    ],
    [
      [3, 5],
      [120.3, 120.3],
    ],
  ])
})

test('a change that only the newest version shows is a suspicion, one for the better is none', () => {
  expect(page(madeUpHistory([100, 100, 101, 100, 130]))).toContain('? 1 change: 1 suspected.')
  expect(page(madeUpHistory(WORSE.toReversed()))).toContain('✓ 1 change: 1 got better for good.')
  expect(page(madeUpHistory([100, 101, 100]))).toContain('<p class="verdict">No change was found.</p>')
})

test('a plot has a point for each version that has the metric, and the band of its trials', () => {
  const [chart] = chartsOf(madeUpHistory([100, null, 100]))
  expect(chart?.x.names).toEqual(['0.1.0', '0.2.0', '0.3.0'])
  expect(chart?.series).toMatchObject([
    { label: 'highest', shape: 'edge', x: [0, 2], y: [101, 101] },
    { label: 'lowest', shape: 'edge', x: [0, 2], y: [99, 99] },
    { label: 'mean', shape: 'line', x: [0, 2], y: [100, 100] },
  ])
  // 10 % to either side, and not from 0.
  expect(chart?.y).toMatchObject({ unit: 'ms', min: 90, max: 110, fromZero: false })
})

test('a metric that no version has gets no plot; a case without any says so', () => {
  expect(chartsOf(madeUpHistory(WORSE))).toHaveLength(1)
  expect(page(madeUpHistory([null, null]))).toContain('None of the chosen metrics was recorded.')
})

test('one version and zero-wide bands are drawn with finite numbers', () => {
  const one = madeUpHistory([100])
  const [version] = one.versions
  const single = { ...one, versions: [{ ...version!, trials: version!.trials.slice(1, 2) }] }
  for (const history of [one, single]) {
    const text = JSON.stringify(chartsOf(history))
    expect(text).toContain('"label":"mean"')
    expect(text.replaceAll(/"(min|max|sync|unit|names)":null/g, '')).not.toMatch(/null|NaN|Infinity/)
  }
})

test('no hostile name leaves its place', () => {
  for (const name of HOSTILE_NAMES) {
    const versions = madeUpHistory(WORSE).versions.map((each) => ({ ...each, version: name }))
    const text = page(madeUpHistory(WORSE, { case: name, model: name, variant: name, versions }))
    const words = text.replaceAll(/<script>.*?<\/script>|<style>.*?<\/style>/gs, '')
    expect(words).not.toMatch(/<script>|<img/)
    expect(words).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u)
  }
})
