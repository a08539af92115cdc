import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import { onTestFinished } from 'vitest'
import { parseJunit, type JUnit } from '../../reporters/junit-schema.testkit.ts'
import { BenchReport } from '../report.ts'

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url))
const VITEST = join(REPOSITORY, 'node_modules/vitest/vitest.mjs')

/** The entry that bench files of a test project import. */
export const ENTRY = JSON.stringify(join(REPOSITORY, 'src/index.ts'))
/** The module of `defineServingBench`, for a project that configures it. */
export const CONFIG = JSON.stringify(join(REPOSITORY, 'src/vitest/config.ts'))
/** The study's load and objectives, as our own bench files use them. */
export const STUDY = JSON.stringify(join(REPOSITORY, 'bench/study-load.ts'))
export const INTERACTIVE = JSON.stringify(join(REPOSITORY, 'bench/interactive.ts'))

/** Our modules are loaded by Node itself, as those of an installed package are; Vitest transforms the bench files alone. */
const CONFIG_FILE = `
import { defineServingBench } from ${CONFIG}
const config = defineServingBench()
export default { ...config, test: { ...config.test, server: { deps: { external: [/\\/(src|reporters)\\//] } } } }
`

export interface JunitCase {
  readonly suite: string
  readonly name: string
  readonly failure: string | null
  readonly error: string | null
  readonly properties: Readonly<Record<string, string>>
}

/** A small bench project in a folder of its own, in which Vitest runs as users run it. */
export interface BenchProject {
  readonly folder: string
  write(files: Readonly<Record<string, string>>): void
  /** `vitest bench ...args` in a child process, without a terminal. */
  bench(
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<{ exitCode: number | null; output: string }>
  /** The same, running: for signals. `detached` gives it a process group of its own. */
  start(
    args?: readonly string[],
    env?: Readonly<Record<string, string>>,
    options?: { readonly detached: boolean },
  ): ChildProcess
  has(file: string): boolean
  read(file: string): string
  report(): BenchReport
  junit(): JunitCase[]
}

/** Makes a project of the given files, removed when the test ends; concurrent tests bring their own `onTestFinished`. */
export function benchProject(
  files: Readonly<Record<string, string>>,
  onFinished: (remove: () => void) => void = onTestFinished,
): BenchProject {
  const folder = mkdtempSync(join(tmpdir(), 'vitest-llm-bench-'))
  onFinished(() => rmSync(folder, { recursive: true, force: true }))
  const project: BenchProject = {
    folder,
    write(more) {
      for (const [name, text] of Object.entries(more)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true })
        writeFileSync(join(folder, name), text)
      }
    },
    start: (args = [], env = {}, options = { detached: false }) =>
      spawn(process.execPath, [VITEST, 'bench', '--configLoader=native', ...args], {
        cwd: folder,
        // A machine that runs tests at the same time is no place to judge the client, unless a test is about that.
        env: { ...cleanEnvironment(), NO_COLOR: '1', COLUMNS: '120', LLM_BENCH_CALIBRATE: '0', ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
        ...options,
      }),
    async bench(args, env) {
      const child = project.start(args, env)
      let output = ''
      const collect = (bytes: Buffer): void => {
        output += bytes.toString()
      }
      child.stdout?.on('data', collect)
      child.stderr?.on('data', collect)
      const exitCode = await new Promise<number | null>((resolve) => child.once('close', resolve))
      return { exitCode, output: stripVTControlCharacters(output) }
    },
    has: (file) => existsSync(join(folder, file)),
    read: (file) => readFileSync(join(folder, file), 'utf8'),
    report: () => BenchReport.parse(JSON.parse(project.read('bench-results/report.json'))),
    junit: () => junitCases(project.read('bench-results/junit.xml')),
  }
  project.write({
    'vitest.config.ts': CONFIG_FILE,
    'package.json': '{ "type": "module" }',
    ...files,
  })
  return project
}

/**
 * What a child gets from this process: enough to run at all, and nothing that steers Vitest, a bench or a reporter. Code that
 * one child compiled is not compiled again by the next.
 */
function cleanEnvironment(): Record<string, string> {
  const passed = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(passed), NODE_COMPILE_CACHE: join(REPOSITORY, 'node_modules/.cache/bench-projects') }
}

function junitCases(xml: string): JunitCase[] {
  return parseJunit(xml).testsuite.flatMap((suite) =>
    suite.testcase.map((testcase) => ({
      suite: suite['@name'],
      name: testcase['@name'],
      failure: told(testcase.failure),
      error: told(testcase.error),
      properties: Object.fromEntries((testcase.properties?.property ?? []).map((one) => [one['@name'], one['@value']])),
    })),
  )
}

function told(outcome: JUnit['testsuite'][number]['testcase'][number]['failure']): string | null {
  const [first] = outcome ?? []
  return first === undefined ? null : `${first['@message']}\n${first['#text'] ?? ''}`
}
