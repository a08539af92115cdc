import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HOSTILE_NAMES, report, sampleCase, studyReport, told } from '../sample-reports.testkit.ts'
import { launchChromium } from './chromium.testkit.ts'
import { madeUpCase } from './measured-report.testkit.ts'
import { madeUpHistory } from './made-up-history.testkit.ts'
import { renderHistoryPage } from './render-history.ts'
import { renderHtml } from './render-html.ts'
import { simulatedStudy } from './simulated-study.testkit.ts'

/** Generous: a busy machine must not fail it, a page that parses its data twice or draws everything at once must. */
const INTERACTIVE_MS = 10_000

let browser: Browser
let folder: string
const files = new Map<string, string>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'report-browser-'))
  browser = await launchChromium()
  write('study', renderHtml(await simulatedStudy({ requestsPerCase: 1000 })))
  write('many', renderHtml(manyCases()))
  write('bad day', renderHtml(studyReport()))
})

afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

function write(name: string, page: string): void {
  const path = join(folder, `${name}.html`)
  writeFileSync(path, page)
  files.set(name, path)
}

/** 10 targets at 20 rates, 60 requests each, some of which fail. */
function manyCases(): ReturnType<typeof report> {
  return report(
    Array.from({ length: 200 }, (_, i) => {
      const requestRate = 1 + (i % 20)
      const version = `0.${Math.floor(i / 20)}.0`
      const ttft = Array.from({ length: 60 }, (_each, k) => (k % 59 === 58 ? null : 50 + requestRate * k))
      return madeUpCase({ version, requestRate, ttft, name: `many > ${version} > ${requestRate} req/s` })
    }),
  )
}

interface Opened {
  readonly page: Page
  /** Console errors, exceptions, dialogs, and requests for anything but the page. */
  readonly complaints: string[]
}

async function open(name: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options })
  const url = pathToFileURL(files.get(name) ?? '').href
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`exception: ${error.message}`))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (request.url() !== url && !request.url().startsWith('data:')) complaints.push(`request: ${request.url()}`)
  })
  await page.goto(url)
  return { page, complaints }
}

/** Brings each plot into view, which draws it, and says how many have a canvas. */
async function drawAll(page: Page): Promise<number> {
  const plots = await page.locator('.plot:visible').all()
  for (const plot of plots) {
    await plot.scrollIntoViewIfNeeded()
    await plot.locator('canvas').waitFor()
  }
  return plots.length
}

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate<axe.AxeResults>('axe.run()')
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`)
}

function cells(page: Page, column: number): Promise<string[]> {
  return attributes(page, `.comparison tbody tr > :nth-child(${column + 1})`, 'data-value')
}

/** Of all elements at once: asking for one after the other takes longer than what is tested. Empty where there is none. */
function attributes(page: Page, selector: string, name: string): Promise<string[]> {
  const all = `[...document.querySelectorAll(${JSON.stringify(selector)})]`
  return page.evaluate<string[]>(`${all}.map((element) => element.getAttribute('${name}') ?? '')`)
}

describe.each(['study', 'many', 'bad day'])('the page of "%s"', (name) => {
  test('draws every plot in view without an error, a dialog or a request, and each plot has a name', async () => {
    const { page, complaints } = await open(name)
    expect(await drawAll(page)).toBeGreaterThan(5)
    expect(new Set(await attributes(page, '.plot', 'role'))).toEqual(new Set(['img']))
    for (const label of await attributes(page, '.plot', 'aria-label')) expect(label.length).toBeGreaterThan(20)
    expect(complaints).toEqual([])
    await page.close()
  })

  test('sorts its table up and down, by keyboard too', async () => {
    const { page, complaints } = await open(name)
    const heading = page.locator('.comparison thead th[data-column]').filter({ hasText: 'P99' }).first()
    const column = Number(await heading.getAttribute('data-column'))
    await heading.getByRole('button').click()
    const known = (await cells(page, column)).filter((value) => value !== '').map(Number)
    expect(known).toEqual(known.toSorted((a, b) => a - b))
    expect(await heading.getAttribute('aria-sort')).toBe('ascending')
    await heading.getByRole('button').press('Enter')
    const reversed = (await cells(page, column)).filter((value) => value !== '').map(Number)
    expect(reversed).toEqual(known.toReversed())
    expect(complaints).toEqual([])
    await page.close()
  })

  test.each(['light', 'dark'] as const)('has nothing that axe objects to in %s', async (colorScheme) => {
    const { page } = await open(name, { colorScheme })
    expect(await violations(page)).toEqual([])
    await page.close()
  })

  test.each([390, 1280, 1920])('is not wider than a window of %i pixels', async (width) => {
    const { page } = await open(name, { viewport: { width, height: 900 } })
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    await page.close()
  })

  test('can be used soon', async () => {
    const { page } = await open(name)
    await page.locator('.comparison thead button').first().waitFor()
    const ms = Number(await page.evaluate('performance.now()'))
    process.stdout.write(`${name}: ${statSync(files.get(name) ?? '').size} bytes, usable within ${ms.toFixed(0)} ms\n`)
    expect(ms).toBeLessThan(INTERACTIVE_MS)
    await page.close()
  })

  test('says everything without JavaScript', async () => {
    const { page, complaints } = await open(name, { javaScriptEnabled: false })
    expect(await page.locator('.verdict').innerText()).toMatch(/^[✓✗] \d+ cases: \d+ /)
    expect(await page.locator('.comparison tbody tr').count()).toBeGreaterThan(10)
    const numbers = page.locator('details.numbers').first()
    await numbers.locator('summary').click()
    expect(await numbers.locator('td').first().isVisible()).toBe(true)
    expect(await page.locator('.plot:visible').count()).toBe(0)
    expect(complaints).toEqual([])
    await page.close()
  })
})

test('sixteen cases of 1000 requests stay well under 1 MB', () => {
  expect(statSync(files.get('study') ?? '').size).toBeLessThan(980_000)
})

test('details open, and a course that was folded is drawn when it unfolds', async () => {
  const { page, complaints } = await open('study')
  const folded = page.locator('details.case:not([open])').first()
  const course = page
    .locator('details.case')
    .filter({ has: page.locator('summary', { hasText: 'vllm 0.4.1 base, 1 req/s' }) })
  expect(await folded.count()).toBe(1)
  await course.locator('summary').first().click()
  await course.locator('.plot canvas').first().waitFor()
  expect(await course.locator('.plot').count()).toBeGreaterThan(1)
  expect(complaints).toEqual([])
  await page.close()
})

test('the cursor reads out the values under it', async () => {
  const { page } = await open('study')
  const panel = page.locator('#ttft-by-rate .panel').first()
  await panel.scrollIntoViewIfNeeded()
  await panel.locator('.u-over').hover()
  await expect.poll(() => panel.locator('.readout').innerText()).toMatch(/vllm 0\.4\.1 base [\d.]+ m?s/)
  await page.close()
})

test('the report can be saved from the page, as it was', async () => {
  const { page, complaints } = await open('bad day')
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save report.json' }).click()
  const path = join(folder, 'saved.json')
  await (await download).saveAs(path)
  expect(renderHtml(JSON.parse(readFileSync(path, 'utf8')))).toBe(readFileSync(files.get('bad day') ?? '', 'utf8'))
  expect(complaints).toEqual([])
  await page.close()
})

test.each([390, 1280])(
  'the history page draws its plots as a report does, at %i pixels, light and dark',
  async (width) => {
    const histories = ['vllm > 2', '<script>alert(1)</script>'].map((name, i) =>
      madeUpHistory([100, 100, 101, 120, 121, 120], { case: name, requestRate: i + 1 }),
    )
    write('history', renderHistoryPage(histories, { metrics: ['ttft.p50'] }))
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints } = await open('history', { colorScheme, viewport: { width, height: 900 } })
      expect(await page.getByRole('img', { name: /ttft\.p50 over 6 versions.* is worse by 19\.9 %/ }).count()).toBe(2)
      expect(await page.locator('.verdict').innerText()).toBe('✗ 2 changes: 2 got worse for good.')
      expect(await drawAll(page)).toBe(2)
      await page.locator('.u-over').first().hover()
      await expect.poll(() => page.locator('.readout').first().innerText()).toMatch(/^0\.\d\.0: .*mean \d+ ms/)
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
      expect(await violations(page)).toEqual([])
      expect(complaints).toEqual([])
      await page.close()
    }
  },
)

test('without JavaScript the history page has its changes in words and the numbers', async () => {
  write('history', renderHistoryPage([madeUpHistory([100, 100, 101, 120, 121, 120])], { metrics: ['ttft.p50'] }))
  const { page, complaints } = await open('history', { javaScriptEnabled: false })
  expect(await page.locator('figcaption .word').innerText()).toContain('ttft.p50 is worse by 19.9 % since 0.4.0')
  await page.locator('details.numbers summary').click()
  expect(await page.locator('details.numbers tbody tr').count()).toBe(6)
  expect(await page.locator('.plot:visible').count()).toBe(0)
  expect(complaints).toEqual([])
  await page.close()
})

test('hostile names run nothing', async () => {
  const names = [...HOSTILE_NAMES, '</script><script>alert(1)</script>', '<img src=http://evil/x onerror=alert(1)>']
  write(
    'hostile',
    renderHtml(
      report(
        names.map((hostile, i) =>
          sampleCase({
            case: hostile,
            target: { variant: hostile, model: hostile },
            load: { requestRate: i + 1 },
            verdicts: [told('fail', hostile, hostile)],
          }),
        ),
        names.map((hostile) => ({ case: hostile, framework: hostile, message: hostile })),
      ),
    ),
  )
  const { page, complaints } = await open('hostile')
  expect(await drawAll(page)).toBeGreaterThan(5)
  expect(await page.locator('img').count()).toBe(0)
  expect(complaints).toEqual([])
  await page.close()
})
