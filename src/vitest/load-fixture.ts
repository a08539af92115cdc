import { test as base, type TestAPI } from 'vitest'
import { BenchError } from '../base/errors.ts'
import type { Target } from '../frameworks/target.ts'
import { shortSamples } from '../slo/judge-slo.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import { checkLoadCall } from '../case/check-options.ts'
import { requireEvidence } from '../case/evidence.ts'
import type { Slo } from '../slo/slo.ts'
import { benchFile } from './bench-file.ts'
import { handOver } from './hand-over.ts'
import { enter } from './ledger.ts'
import { refuseRetry } from './refuse-retry.ts'
import type { Repeats } from '../case/repeat-invalid.ts'
import type { LoadOptions } from '../case/load-options.ts'
import type { ServingCase } from '../case/run-case.ts'
import { resolveCase, type ResolvedLoad, type ResolvedSlo } from '../case/resolve-case.ts'
import { loadingListener, withServer } from './servers.ts'
import { settings } from './settings.ts'
import type { ServingRun } from '../case/serving-run.ts'

/** Who judges a load that is part of something larger. */
export interface Judge {
  /** By which objectives. */
  readonly slo?: Slo | null
  /** What is left of them, where several loads share them. */
  readonly repeats?: Repeats
}

/**
 * Sends one load to one target and resolves with what was measured. Await it before the next. A trial whose client was late is
 * measured again, at most twice a load. Assertions judge it, unless it has a `judge`.
 */
export type Load = (
  options: LoadOptions & { readonly target: Target; readonly name?: string },
  judge?: Judge,
) => Promise<ServingRun>

/**
 * Vitest's `test` with a `load` fixture: for whatever the matrix of `describeServing` cannot say.
 *
 *     test('burst', async ({ load }) => {
 *       const run = await load({ target: vllm(), requestRate: Infinity, numPrompts: 200 })
 *       expect(run).toMeetSlo({ ttft: { p99: 5000 }, errorRate: 0 })
 *     })
 */
export const test: TestAPI<{ load: Load }> = base.extend<{ load: Load }>({
  load: async ({ bench, task, signal }, use) => {
    const started: {
      readonly run: Promise<ServingRun>
      readonly isJudged: boolean
      readonly name: string | undefined
      readonly trial: number | undefined
      isOver: boolean
    }[] = []

    // That this is a load is known from now on, however it ends.
    const meta = (task.meta.serving ??= {})

    const load: Load = async ({ target, name, ...options }, judge) => {
      const caseName =
        name === undefined
          ? numbered(task.fullTestName, started.length + 1)
          : numbered(
              `${task.fullTestName} > ${name}`,
              started.filter((entry) => entry.name === name && entry.trial === options.trial).length + 1,
            )
      const [project, variables] = settings()
      const resolved = resolveCase({ name: caseName, target, load: options, slo: judge?.slo }, project, variables)
      if (resolved.slo !== null) {
        refuseRetry(task.retry, `The SLO of ${caseName}`)
        refuseShortSample(caseName, resolved.load, resolved.slo)
      }
      benchFile().checkMerged({ given: target, target: resolved.target }, variables)
      const asked: ServingCase = { ...resolved, ...(judge?.repeats && { repeats: judge.repeats }) }
      const shared = benchFile().noteKeyHosts(asked.target, variables.apiKey)
      if (shared !== null) console.warn(shared)
      const measure = async (served: Target, log: EngineLog | null, whileServed: AbortSignal): Promise<ServingRun> => {
        const serving = { ...asked, target: served, signal: whileServed, ...(log === null ? {} : { log }) }
        const { serving: run } = await bench(caseName, { serving }, () => {}).run()
        if (run === undefined) {
          throw new BenchError('Vitest ran this load with its own benchmark provider.', {
            code: 'bad-load',
            remedy: 'Use `defineServingBench()` from vitest-llm-bench/config in vitest.config.ts.',
          })
        }
        enter(run, { file: task.file, meta, retry: task.retry, titled: target, serving: asked })
        const attempt = task.result?.retryCount ?? 0
        const earlier = meta.runs ?? []
        meta.runs = [...earlier, ...run.reports.map((report) => ({ attempt, report }))]
        await handOver(task, earlier.length)
        return run
      }
      const onLoading = loadingListener(caseName, task)
      return withServer(asked.target, { name: caseName, signal, timeouts: asked.load.timeouts, onLoading }, measure)
    }

    await use(async (options, judge) => {
      checkLoadCall(options)
      const { name, trial } = options
      const entry = { run: load(options, judge), isJudged: judge !== undefined, name, trial, isOver: false }
      started.push(entry)
      try {
        return await entry.run
      } finally {
        entry.isOver = true
      }
    })
    const forgotten = started.find(({ isOver }) => !isOver)
    // A cancelled test is over before its load is: what was measured until then must still reach the reporters.
    const results = await Promise.allSettled(started.map(({ run }) => run))
    if (task.result?.state === 'fail' || signal.aborted) return
    if (forgotten !== undefined) throw notAwaited(task.fullTestName)
    for (const [index, result] of results.entries()) {
      if (result.status === 'rejected' || started[index]?.isJudged === true) continue
      if (result.value.report.verdicts.every(({ kind }) => kind === 'validity')) requireEvidence(result.value)
    }
  },
})

/** Where an inconclusive objective fails, a load that cannot end otherwise is not sent. */
function refuseShortSample(caseName: string, { numPrompts, trials }: ResolvedLoad, slo: ResolvedSlo): void {
  if (slo.inconclusive !== 'fail') return
  const [short] = shortSamples(numPrompts * trials, slo)
  if (short === undefined) return
  throw new BenchError(`${caseName} was not sent: ${short}, and inconclusive is set to fail.`, {
    code: 'bad-slo',
    remedy: 'Raise numPrompts or trials, or state a lower percentile.',
  })
}

function notAwaited(test: string): BenchError {
  return new BenchError(`${test} ended while its load was still running.`, {
    code: 'overlapping-load',
    remedy: 'Write `await load(...)`: what nobody waits for, nobody judges.',
  })
}

function numbered(name: string, count: number): string {
  return count === 1 ? name : `${name} #${count}`
}
