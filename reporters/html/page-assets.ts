import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { packagedFile } from '../../src/package-info.ts'

/** What is inlined into every page. */
export interface PageAssets {
  readonly styles: readonly string[]
  readonly scripts: readonly string[]
}

/** uPlot as it is published, with its licence line, and our own style and script. */
export function readPageAssets(): PageAssets {
  const require = createRequire(import.meta.url)
  const read = (path: string): string => readFileSync(path, 'utf8')
  return {
    styles: [read(require.resolve('uplot/dist/uPlot.min.css')), read(packagedFile('reporters/html/page.css'))],
    scripts: [read(require.resolve('uplot/dist/uPlot.iife.min.js')), read(packagedFile('reporters/html/page.js'))],
  }
}
