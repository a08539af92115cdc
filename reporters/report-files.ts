import { join } from 'node:path'
import type { BenchReport } from '../src/report.ts'
import { renderHtml } from './html/render-html.ts'
import { renderJson } from './json.ts'
import { renderJunit } from './junit.ts'
import { renderMarkdown } from './markdown.ts'

export interface ReportPlaces {
  /** Folder of the files. */
  readonly folder: string
  /** The same as people write it. */
  readonly outputDir: string
  /** The page; null for none. */
  readonly page: string | null
  /** Paths that the JUnit file names as attachments. */
  readonly attachments?: readonly string[]
}

/** The files of a report: the path of each, and its text, made when it is asked for, so that one that fails costs no other. */
export function reportFiles(
  report: BenchReport,
  { folder, outputDir, page, attachments = [] }: ReportPlaces,
): (readonly [path: string, render: () => string])[] {
  return [
    [join(folder, 'report.json'), () => renderJson(report)],
    [join(folder, 'junit.xml'), () => renderJunit(report, { attachments })],
    [join(folder, 'report.md'), () => renderMarkdown(report, { outputDir })],
    ...(page === null ? [] : [[page, () => renderHtml(report)] as const]),
  ]
}
