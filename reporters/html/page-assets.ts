import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { packagedFile } from '../../src/base/package-info.ts'

/** What is inlined into the page of a report. */
export interface PageAssets {
  readonly styles: readonly string[]
  readonly scripts: readonly string[]
}

/** uPlot as it is published, with its licence line, and our own style and script. */
export function readPageAssets(): PageAssets {
  const require = createRequire(import.meta.url)
  return {
    styles: [read(require.resolve('uplot/dist/uPlot.min.css')), readPageStyle()],
    scripts: [read(require.resolve('uplot/dist/uPlot.iife.min.js')), read(packagedFile('reporters/html/page.js'))],
  }
}

/** Our own style alone, for a page without plots of uPlot. */
export function readPageStyle(): string {
  return read(packagedFile('reporters/html/page.css'))
}

function read(path: string): string {
  return readFileSync(path, 'utf8')
}
