import { appendFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { renderTable } from '../reporters/console-table.ts'
import { renderMarkdown } from '../reporters/markdown.ts'
import { reportFiles } from '../reporters/report-files.ts'
import { writeAtomically } from './base/write-atomically.ts'
import type { BenchReport } from './report.ts'

export interface Publication {
  /** Of the files, an absolute path; they are told as the path from the working directory. */
  readonly folder: string
  /** Of the page; null for none. */
  readonly page: string | null
  /** For what a CI says of itself. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** In cells. */
  readonly width: number
  readonly color: boolean
  readonly print: (text: string) => void
}

/**
 * Writes the files of a report, prints its table, and says where the files are. Each is made by itself, so that one that fails
 * costs no other, and the evidence first; returns a sentence for each that was not made.
 */
export function publishReport(report: BenchReport, { folder, page, env, width, color, print }: Publication): string[] {
  const outputDir = relative(process.cwd(), folder)
  const attachments = page === null ? [] : attachmentsOf(page, env)
  const summary = env['GITHUB_STEP_SUMMARY'] ?? ''
  const files = reportFiles(report, { folder, outputDir, page, attachments })
  const problems = [
    ...files.flatMap(([path, render]) => problemWith(path, () => writeAtomically(path, render()))),
    ...(summary === ''
      ? []
      : problemWith(summary, () => appendFileSync(summary, `\n${renderMarkdown(report, { outputDir })}\n`))),
    ...problemWith('the table', () => print(renderTable(report, { width, color, outputDir }))),
  ]
  const shownPage = page === null ? '' : `, ${relative(process.cwd(), page)}`
  print(`\n Reports: ${join(outputDir, '{report.json,junit.xml,report.md}')}${shownPage}`)
  return problems
}

/** The page, as the CI that asked for it finds it; elsewhere nobody reads attachments, and the file tells of no folders. */
function attachmentsOf(page: string, { GITLAB_CI, CI_PROJECT_DIR, JENKINS_URL }: Publication['env']): string[] {
  if (GITLAB_CI !== undefined) return [relative(CI_PROJECT_DIR ?? process.cwd(), page)]
  return JENKINS_URL === undefined ? [] : [page]
}

function problemWith(name: string, make: () => void): string[] {
  try {
    make()
    return []
  } catch (error) {
    return [`${name} was not made: ${error instanceof Error ? error.message : String(error)}`]
  }
}
