import { join } from 'node:path'
import * as z from 'zod'
import type { Reporter, TestProject, Vite, Vitest } from 'vitest/node'
import type { Margins } from '../baseline/canary.ts'
import { checkMargins } from '../baseline/check-decision.ts'
import { checkOptions, schemaOf } from '../base/options.ts'
import { requireNode } from '../base/require-node.ts'
import { siblingModule } from '../base/sibling-module.ts'
import { inconclusivePolicy } from '../slo/objectives.ts'
import type { Inconclusive } from '../slo/slo.ts'
import { checkBaselineTrials } from '../case/check-options.ts'
import { receiveRuns } from './receive-runs.ts'
import { unknownVariables } from '../case/variables.ts'
import { OUTPUT_DIR } from '../../reporters/output-dir.ts'
import { reporterOptions, ServingReporter, type ServingReporterOptions } from './serving-reporter.ts'

export interface ServingBenchOptions extends ServingReporterOptions {
  /** What an objective that a run can neither show nor refute does to its test. Default `warn`: it passes, and is shown. */
  readonly inconclusive?: Inconclusive
  /** How many trials of a case `-u` records, those of its own run included. Default 13; from 8 to 1000. */
  readonly baselineTrials?: number
  /** By which share a regression gate may be worse, where not the default: `{ 'TTFT tail': 0.2 }` is 20 %. */
  readonly margins?: Margins
}

/** What the values of the last three must be is said where they are read. */
const Options = schemaOf<ServingBenchOptions>({
  ...reporterOptions,
  inconclusive: z.unknown().optional(),
  baselineTrials: z.unknown().optional(),
  margins: z.unknown().optional(),
})

/** An hour: a load run ends by itself, and stalls are found by the client's own time-outs. */
const TEST_TIMEOUT_MS = 3_600_000

/**
 * Turns `vitest bench` into a serving benchmark: our benchmark provider, our matchers, our reporter.
 *
 * All of it is set in `configureVitest`, because what a plugin's `config` hook returns does not reach inline projects.
 */
export function servingBench(options: ServingBenchOptions = {}): Vite.Plugin {
  checkOptions(options, Options, {
    of: 'servingBench()',
    code: 'bad-options',
    example: "servingBench({ outputDir: 'bench-results' })",
  })
  requireNode()
  const seen = new WeakSet<Vitest>()
  return {
    name: 'vitest-llm-bench',
    configureVitest({ vitest, project }) {
      if (!project.config.benchmark.enabled) return
      configureProject(project, vitest, options)
      if (seen.has(vitest)) return
      seen.add(vitest)
      for (const line of unknownVariables(process.env)) vitest.logger.warn(` ${line}`)
      addReporter(vitest, options)
      vitest.config.reporters.push(benchFileCounter(vitest), receiveRuns)
    },
  }
}

function configureProject(project: TestProject, vitest: Vitest, options: ServingBenchOptions): void {
  checkMargins(options.margins)
  const { config } = project
  config.benchmark.provider ??= siblingModule('./provider', import.meta.url)
  config.benchmark.suppressExportGetterWarnings = true
  config.setupFiles = [siblingModule('./setup', import.meta.url), ...config.setupFiles]
  config.testTimeout = Math.max(config.testTimeout, TEST_TIMEOUT_MS)
  project.provide('servingBenchFiles', 1)
  project.provide('servingBench', {
    updateBaselines: vitest.config.snapshotOptions.updateSnapshot,
    progressMs: isBlobOnly(vitest) ? null : 1000,
    answersSignals: !isBlobOnly(vitest),
    inconclusive:
      options.inconclusive === undefined
        ? null
        : inconclusivePolicy(options.inconclusive, 'The option `inconclusive` of servingBench()'),
    baselineTrials: checkBaselineTrials(options.baselineTrials),
    margins: options.margins ?? {},
    logFolder: join(config.root, options.outputDir ?? OUTPUT_DIR, 'logs'),
  })
}

/** Tells each file, before the first one starts, how many there are: in all shards, as if each had as many as this one. */
function benchFileCounter({ config }: Vitest): Reporter {
  return {
    onTestRunStart(specifications) {
      const benches = specifications.filter(({ project }) => project.config.benchmark.enabled)
      const files = benches.length * (config.shard?.count ?? 1)
      for (const { project } of benches) project.provide('servingBenchFiles', files)
    },
  }
}

/** Our reporter takes the place of the default one, whose table of iterations a second says nothing about requests. */
function addReporter(vitest: Vitest, options: ServingBenchOptions): void {
  if (isBlobOnly(vitest)) return
  const replaced = new Set(['default', 'minimal'])
  const others = vitest.config.reporters.filter(
    (reporter) => !(Array.isArray(reporter) && replaced.has(String(reporter[0]))),
  )
  const { inconclusive: _i, baselineTrials: _b, margins: _m, ...ofReporter } = options
  vitest.config.reporters = [...others, new ServingReporter(ofReporter)]
}

function isBlobOnly({ config }: Vitest): boolean {
  return (
    config.reporters.length > 0 &&
    config.reporters.every((reporter) => Array.isArray(reporter) && reporter[0] === 'blob')
  )
}
