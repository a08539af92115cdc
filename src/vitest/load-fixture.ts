import { test as base, type TestAPI } from 'vitest'
import { BenchError } from '../base/errors.ts'
import { checkLoadCall } from '../case/check-options.ts'
import { refuseShortSample, requireEvidenceOrJudgement } from '../case/evidence.ts'
import type { LoadOptions } from '../case/load-options.ts'
import type { Look } from '../case/look.ts'
import { poolRuns } from '../case/pool-runs.ts'
import { resolveCase } from '../case/resolve-case.ts'
import type { ServingCase } from '../case/serving-case.ts'
import type { ServingRun } from '../case/serving-run.ts'
import { withServer } from '../case/with-server.ts'
import type { Target } from '../frameworks/target.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import { benchFile, fleetOfThisFile } from './bench-file.ts'
import { handOver } from './hand-over.ts'
import { listenersOf } from './listeners.ts'
import { refuseRetry } from './refuse-retry.ts'
import { inherited, settings } from './settings.ts'
import { markTold } from './told-failure.ts'

/**
 * Sends one load to one target and resolves with what was measured. Await it before the next. A trial whose client was late is
 * measured again, at most twice a load. Assertions judge it, unless it has a `judge`; a load that is one look of several is
 * reported as one case with those before it.
 */
export type Load = (
  options: LoadOptions & { readonly target: Target; readonly name?: string },
  judge?: Partial<Look>,
) => Promise<ServingRun>

/** A load that a test has begun. */
interface StartedLoad {
  readonly run: Promise<ServingRun>
  /** Undefined also for a further look at a case. */
  readonly name: string | undefined
  /** By something larger than this load; else an assertion must, or its evidence. */
  readonly isJudged: boolean
  isOver: boolean
}

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
    const file = benchFile()
    const started: StartedLoad[] = []

    // That this is a load is known from now on, however it ends.
    const meta = (task.meta.serving ??= {})

    const caseNameOf = (name: string | undefined): string =>
      name === undefined
        ? numbered(task.fullTestName, started.length + 1)
        : numbered(`${task.fullTestName} > ${name}`, started.filter((entry) => entry.name === name).length + 1)

    /** Puts a run among the cases of the test, in the place of what its earlier looks measured. */
    const report = async (run: ServingRun, before: ServingRun | null): Promise<void> => {
      const cases = meta.cases ?? []
      const place = cases.findIndex((one) => one.report === before?.report)
      const at = place === -1 ? cases.length : place
      const measured = { attempt: task.result?.retryCount ?? 0, report: run.report }
      meta.cases = [...cases.slice(0, at), measured, ...cases.slice(at + 1)]
      await handOver(task, { at, ...measured })
    }

    const load: Load = async ({ target, name, ...options }, judge) => {
      const before = judge?.before ?? null
      const caseName = before === null ? caseNameOf(name) : before.report.case
      const [project, variables] = settings()
      const resolved = resolveCase({ name: caseName, target, load: options, slo: judge?.slo }, project, variables)
      if (resolved.slo !== null) {
        refuseRetry(task.retry, `The SLO of ${caseName}`)
        refuseShortSample(resolved)
      }
      file.checkMerged({ given: target, target: resolved.target }, variables)
      const asked: ServingCase = { ...resolved, ...(judge?.repeats && { repeats: judge.repeats }) }
      const shared = file.noteKeyHosts(asked.target, variables.apiKey)
      if (shared !== null) console.warn(shared)
      const measure = async (served: Target, log: EngineLog | null, whileServed: AbortSignal): Promise<ServingRun> => {
        const serving = { ...asked, target: served, signal: whileServed, ...(log === null ? {} : { log }) }
        const { serving: measured } = await bench(caseName, { serving }, () => {}).run()
        if (measured === undefined) {
          throw new BenchError('Vitest ran this load with its own benchmark provider.', {
            code: 'bad-load',
            remedy: 'Use `defineServingBench()` from vitest-llm-bench/config in vitest.config.ts.',
          })
        }
        file.stableRates.note(measured)
        const run = before === null ? measured : poolRuns([before, measured], resolved.load.goodput)
        file.origins.set(run, {
          file: task.file.filepath,
          meta,
          retry: task.retry,
          titled: target,
          serving: asked,
        })
        await report(run, before)
        return run
      }
      const { onLoading } = listenersOf(caseName, task)
      const served = { target: asked.target, name: caseName, signal, timeouts: asked.load.timeouts, onLoading }
      return withServer(fleetOfThisFile(), { ...served, env: inherited }, measure).catch((error: unknown) => {
        throw markTold(error)
      })
    }

    await use(async (options, judge) => {
      checkLoadCall(options)
      const entry: StartedLoad = {
        run: load(options, judge),
        name: judge?.before ? undefined : options.name,
        isJudged: judge !== undefined,
        isOver: false,
      }
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
      const isWaiting = meta.waiting?.includes(result.value.report.case) === true
      if (!isWaiting) requireEvidenceOrJudgement(result.value)
    }
  },
})

function notAwaited(test: string): BenchError {
  return new BenchError(`${test} ended while its load was still running.`, {
    code: 'overlapping-load',
    remedy: 'Write `await load(...)`: what nobody waits for, nobody judges.',
  })
}

function numbered(name: string, count: number): string {
  return count === 1 ? name : `${name} #${count}`
}
