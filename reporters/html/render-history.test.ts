import { expect, test } from 'vitest'
import { HOSTILE_NAMES } from '../sample-reports.testkit.ts'
import { madeUpHistory } from './made-up-history.testkit.ts'
import { renderHistoryPage } from './render-history.ts'

const METRICS = { metrics: ['ttft.p50', 'tpot.p50'] }
const WORSE = [100, 100, 101, 120, 121, 120]

function page(...histories: Parameters<typeof renderHistoryPage>[0]): string {
  return renderHistoryPage(histories, METRICS).replaceAll(/\s*(<|>)\s*/g, '$1')
}

test('a change is marked in its plot, said in words, and counted at the top', () => {
  const text = page(madeUpHistory(WORSE))
  expect(text).toContain('<p class="verdict fail">✗ 1 change: 1 got worse for good.</p>')
  expect(text.match(/✗ ttft\.p50 is worse by 19\.9 % since 0\.4\.0: 100\.33 -&gt; 120\.33/g)).toHaveLength(3)
  expect(text).toMatch(/<g class="change fail">[^]*>✗ \+19\.9 %/)
})

test('a change that only the newest version shows is a suspicion, one for the better is none', () => {
  expect(page(madeUpHistory([100, 100, 101, 100, 130]))).toContain('? 1 change: 1 suspected.')
  expect(page(madeUpHistory(WORSE.toReversed()))).toContain('✓ 1 change: 1 got better for good.')
  expect(page(madeUpHistory([100, 101, 100]))).toContain('<p class="verdict">No change was found.</p>')
})

test('a plot has a point for each version that has the metric, and the band of its trials', () => {
  const text = page(madeUpHistory([100, null, 100]))
  expect(text.match(/<circle/g)).toHaveLength(2)
  expect(text).toContain('<title>0.1.0: 100 (99 to 101 in 3 trials)</title>')
  const band = /class="band"\s+d="([^"]*)"/.exec(text)?.[1]
  expect(band?.match(/[ML]/g)?.join('')).toBe('MLLL')
})

test('a metric that no version has gets no plot; a case without any says so', () => {
  expect(page(madeUpHistory(WORSE))).not.toContain('tpot.p50')
  expect(page(madeUpHistory([null, null]))).toContain('None of the chosen metrics was recorded.')
})

test('one version and zero-wide bands are drawn with finite numbers', () => {
  const one = madeUpHistory([100])
  const [version] = one.versions
  const single = { ...one, versions: [{ ...version!, trials: version!.trials.slice(1, 2) }] }
  for (const text of [page(one), page(single)]) {
    expect(text).toContain('<circle')
    expect(text).not.toMatch(/NaN|Infinity|undefined/)
  }
})

test('no hostile name leaves its place, and the page may run nothing', () => {
  for (const name of HOSTILE_NAMES) {
    const versions = madeUpHistory(WORSE).versions.map((each) => ({ ...each, version: name }))
    const text = page(madeUpHistory(WORSE, { case: name, model: name, variant: name, versions }))
    expect(text).not.toContain('<script')
    expect(text).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u)
    expect(text).toContain('script-src &#39;none&#39;')
  }
})
