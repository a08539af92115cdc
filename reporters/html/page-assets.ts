import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { packagedFile } from '../../src/base/package-info.ts'

/** What is inlined into a page. */
export interface PageAssets {
  readonly styles: readonly string[]
  readonly scripts: readonly string[]
}

/** uPlot as it is published, with its licence line, and our own style and scripts. */
export function readPageAssets(): PageAssets {
  const require = createRequire(import.meta.url)
  const own = (name: string): string => read(packagedFile(`reporters/html/${name}`))
  return {
    styles: [read(require.resolve('uplot/dist/uPlot.min.css')), own('page.css')],
    scripts: [read(require.resolve('uplot/dist/uPlot.iife.min.js')), own('plots.js'), own('page.js')],
  }
}

function read(path: string): string {
  return readFileSync(path, 'utf8')
}
