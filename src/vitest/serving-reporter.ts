import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { styleText } from 'node:util'
import type { SerializedError, TestArtifact } from 'vitest'
import {
  DefaultReporter,
  type TestCase,
  type TestModule,
  type TestRunEndReason,
  type TestSpecification,
  type Vitest,
} from 'vitest/node'
import * as z from 'zod'
import { answerSignals, type SignalAnswer } from '../base/answer-signals.ts'
import { checkOptions, flag, schemaOf, text } from '../base/options.ts'
import { publishReport } from '../publish-report.ts'
import { collectReport } from './collect-report.ts'
import { onlyWritable } from '../../reporters/only-writable.ts'
import { OUTPUT_DIR } from '../../reporters/output-dir.ts'
import { renderLoading } from '../../reporters/loading.ts'
import { plainLine } from '../base/plain-text.ts'
import { noCaseRan } from './no-case-ran.ts'
import { renderProgress, type CasePosition } from '../../reporters/progress.ts'
import { standing } from '../../reporters/standing.ts'

export interface ServingReporterOptions {
  /** Folder of `report.json`, `junit.xml`, `report.md` and `report.html`, from the project's root. Default `bench-results`. */
  readonly outputDir?: string
  /** Another place for the page, from the project's root; false writes none. */
  readonly html?: string | false
  /** Print nothing, only write the files: for use beside another console reporter. Default false. */
  readonly quiet?: boolean
}

/** The schemas of these options, also for the plugin, which has them as well. */
export const reporterOptions = {
  outputDir: text.optional(),
  html: z.union([text, z.literal(false)], 'a path, or false').optional(),
  quiet: flag.optional(),
}
const ReporterOptions = schemaOf<ServingReporterOptions>(reporterOptions)

/** Between two progress lines where there is no terminal to draw in. */
const PLAIN_PROGRESS_MS = 10_000

const FALLBACK_COLUMNS = 120

/** Cells that Vitest's window puts before a hook's name. */
const WINDOW_INDENT = 12

type BenchmarkTables = Parameters<DefaultReporter['printBenchmarkTable']>[0]

/**
 * Vitest's default reporter, with live progress of the load in place of iterations a second, and at the end the
 * comparison table and the report files.
 *
 * Reads reports and writes text: whether the process fails is decided by the assertions inside the tests, so output and
 * exit code cannot disagree. The one exception is a run without any case.
 */
export class ServingReporter extends DefaultReporter {
  readonly #outputDir: string
  readonly #html: string | false
  readonly #quiet: boolean
  readonly #servingCases = new Set<string>()
  #files = 0
  #collectedFiles = 0
  readonly #knownTests = new Set<string>()
  readonly #endedTests = new Set<string>()
  readonly #notices = new Set<string>()
  #signals: SignalAnswer | null = null
  #lastPlainProgressAt = performance.now()

  constructor(options: ServingReporterOptions = {}) {
    super()
    checkOptions(options, ReporterOptions, {
      of: 'ServingReporter',
      code: 'bad-options',
      example: "new ServingReporter({ outputDir: 'bench-results' })",
    })
    const { outputDir = OUTPUT_DIR, html, quiet = false } = options
    this.#outputDir = outputDir
    this.#html = html ?? join(outputDir, 'report.html')
    this.#quiet = quiet
    this.verbose = true
  }

  override onInit(vitest: Vitest): void {
    super.onInit(vitest)
    // In run mode Vitest itself exits a millisecond after a signal, or dies of it.
    this.#signals = answerSignals((signal) => {
      vitest.logger.log(`\n ${signal}: ending the load and writing what was measured. Again to exit at once.`)
      void vitest.cancelCurrentRun('keyboard-input')
    })
    vitest.onClose(this.#signals.close)
  }

  override log(...messages: unknown[]): void {
    if (!this.#quiet) super.log(...messages)
  }

  override error(...messages: unknown[]): void {
    if (!this.#quiet) super.error(...messages)
  }

  override onTestRunStart(specifications: readonly TestSpecification[]): void {
    super.onTestRunStart(specifications)
    this.#files = specifications.length
  }

  override onTestModuleCollected(module: TestModule): void {
    super.onTestModuleCollected(module)
    this.#collectedFiles++
    for (const test of module.children.allTests()) if (test.options.mode === 'run') this.#knownTests.add(test.id)
    // A worker is there to hear a cancellation; one sent earlier would be lost.
    this.#signals?.runIsLive()
  }

  override onTestCaseResult(test: TestCase): void {
    for (const { report } of test.meta().serving?.cases ?? []) this.#servingCases.add(report.case)
    this.#endedTests.add(test.id)
    super.onTestCaseResult(test)
  }

  onTestCaseArtifactRecord(test: TestCase, artifact: TestArtifact): void {
    if (artifact.type === 'vitest-llm-bench:progress') {
      const { name, progress } = artifact
      const render = (title: string, width: number): string =>
        renderProgress({ name: title, position: this.#position(), ...standing(progress) }, { width, color: this.isTTY })
      this.#showProgress(test, name, render)
    } else if (artifact.type === 'vitest-llm-bench:plan') {
      this.log(` ${plainLine(`${artifact.name}: ${artifact.plan}`)}`)
    } else if (artifact.type === 'vitest-llm-bench:notice') {
      if (!this.#notices.has(artifact.notice)) this.log(` ${plainLine(artifact.notice)}`)
      this.#notices.add(artifact.notice)
    } else if (artifact.type === 'vitest-llm-bench:loading') {
      this.#showProgress(test, artifact.name, (title, width) => renderLoading({ ...artifact, name: title }, width))
    }
  }

  override onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly SerializedError[],
    reason: TestRunEndReason,
  ): void {
    super.onTestRunEnd(modules, unhandledErrors, reason)
    if (reason !== 'interrupted') this.#refuseEmptyRun(modules)
    this.#signals?.runIsOver()
    const collected = collectReport(modules, unhandledErrors, reason)
    const report = onlyWritable(collected)
    const folder = join(this.ctx.config.root, this.#outputDir)
    // Micro-benchmarks alone are no serving run: leave the last one's files in peace.
    if (report.cases.length === 0 && report.failedCases.length === 0) {
      if (existsSync(folder))
        this.log(` No load was run: ${relative(process.cwd(), folder)} holds the reports of an earlier run.`)
      return
    }
    const problems = publishReport(report, {
      folder,
      page: this.#html === false ? null : resolve(this.ctx.config.root, this.#html),
      env: process.env,
      width: this.#columns(),
      color: styleText('red', '.') !== '.',
      print: (text) => this.log(text),
    })
    if (problems.length === 0 && report === collected) return
    // Vitest knows of neither, and what is not in the reports must not be green. It is told even where this reporter is quiet.
    for (const problem of problems) this.ctx.logger.error(` ${problem}`)
    process.exitCode = 1
  }

  /** A load run is not iterations of a function: its own table comes at the end. */
  protected override printBenchmarkTable(
    tables: BenchmarkTables,
    padding: string,
    columnName?: 'name' | 'project',
  ): void {
    const functions = tables.filter(({ tasks }) => !tasks.some(({ name }) => this.#servingCases.has(name)))
    if (functions.length > 0) super.printBenchmarkTable(functions, padding, columnName)
  }

  /** Nothing fails in a run that measured nothing, so no assertion can say it. */
  #refuseEmptyRun(modules: readonly TestModule[]): void {
    const { config, logger } = this.ctx
    const { passWithNoTests, shard } = config
    const selection = { pattern: this.ctx.getGlobalTestNamePattern(), isShard: shard !== undefined, passWithNoTests }
    const empty = noCaseRan(modules, selection)
    if (empty === null) return
    if (!empty.fails) return logger.log(`\n ${empty.message}`)
    logger.error(`\n ${styleText('red', empty.message)}`)
    process.exitCode = 1
  }

  /** In a terminal Vitest prints the name of the test above the line; elsewhere the line has it, once in a while. */
  #showProgress(test: TestCase, name: string, render: (title: string, width: number) => string): void {
    if (this.isTTY) {
      const line = render('', this.#columns() - WINDOW_INDENT)
      // The summary's window shows the running hook of a test; a load run has none, so its progress takes that line.
      this.onHookStart({ name: line as 'beforeEach', entity: test })
      return
    }
    const now = performance.now()
    if (now - this.#lastPlainProgressAt < PLAIN_PROGRESS_MS) return
    this.#lastPlainProgressAt = now
    this.log(` ${render(name, this.#columns() - 1)}`)
  }

  #position(): CasePosition {
    const known = this.#knownTests.size
    const ended = [...this.#knownTests].filter((id) => this.#endedTests.has(id)).length
    return { index: Math.min(ended + 1, known), known, isComplete: this.#collectedFiles >= this.#files }
  }

  #columns(): number {
    const { outputStream } = this.ctx.logger
    if ('columns' in outputStream && typeof outputStream.columns === 'number') return outputStream.columns
    const columns = Number(process.env['COLUMNS'])
    return columns > 0 ? columns : FALLBACK_COLUMNS
  }
}
