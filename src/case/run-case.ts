import type { LoadGenerator } from '../load/load-generator.ts'
import type { Progress } from '../load/progress.ts'
import type { LoadResult } from '../load/run-load.ts'
import { BenchError } from '../base/errors.ts'
import { discover } from '../frameworks/discover.ts'
import type { Target } from '../frameworks/target.ts'
import { buildRunReport } from '../metrics/run-report.ts'
import { summariseTrials } from '../metrics/summarise.ts'
import { maskDeep, masker, remembering } from '../base/mask.ts'
import { whyUnwritable } from '../metrics/why-unwritable.ts'
import { measuredRecords } from '../metrics/fill.ts'
import { plainLine } from '../base/plain-text.ts'
import type { RequestRecord } from '../record.ts'
import type { Environment, RunReport, Verdict } from '../report.ts'
import { meetsObjectives } from '../slo/objectives.ts'
import type { EngineLog } from '../telemetry/log-samples.ts'
import type { Workload } from '../workload/workload.ts'
import { calibrationFor, type Calibrations } from './client-calibration.ts'
import type { ResolvedCase, ResolvedLoad } from './resolve-case.ts'
import { checkSize } from './load-size.ts'
import { doubtClient } from './doubt-client.ts'
import { loadFacts, makeWorkload, makeWorkloads } from './make-workload.ts'
import { progressOverTrials } from './progress-over-trials.ts'
import { freshRepeats, measureUntilValid, type Repeats } from './repeat-invalid.ts'
import { openGeneratorFor, sendLoad, transportFacts } from './send-load.ts'
import { simulationNotice } from './simulation-notice.ts'
import { targetFacts } from './target-facts.ts'
import type { ServingRun } from './serving-run.ts'
import { announce, filled, longestAnswer, nothingMeasured, type Warmup, warmupLoad, warmupOf } from './warm-up.ts'

/** A case that is to be run: what travels through Vitest's `bench` to our provider. */
export interface ServingCase extends ResolvedCase {
  /** Ends the load with what was measured. Default: that of the test. */
  readonly signal?: AbortSignal
  /** Of the target's server, where it was launched for the case. */
  readonly log?: EngineLog
  /** For its invalid trials, where it shares them with other cases. Default: repeats of its own. */
  readonly repeats?: Repeats
}

export interface RunCaseOptions {
  readonly environment: Environment
  readonly signal: AbortSignal
  readonly onProgress: ((progress: Progress) => void) | undefined
  /** How many requests will count, in words, before the first of them; not called where all that is sent counts. */
  readonly onPlan?: ((plan: string) => void) | undefined
  /** What is to be said once in a run, however many cases it concerns. */
  readonly onNotice?: ((notice: string) => void) | undefined
  /** What the cases before it have found, and this one adds to. Default: none. */
  readonly calibrations?: Calibrations
}

/**
 * Runs one case from its target to the reports of its trials. Throws BenchError when it cannot be run at all; an abort
 * ends it with what was measured. Invalid trials are repeated (`measureUntilValid`).
 */
export async function runCase(
  { name, target: asked, load, slo, log, repeats = freshRepeats() }: ServingCase,
  { calibrations = new Map(), ...others }: RunCaseOptions,
): Promise<ServingRun> {
  const options = { ...others, calibrations }
  checkSize(load)
  const loads = trialsOf(load)
  const workloads = await makeWorkloads(name, loads, asked)
  const target = await discover(asked)
  const notice = simulationNotice(target)
  if (notice !== null) options.onNotice?.(notice)
  const generator = openGeneratorFor(target, load, workloads)
  const trials: { report: RunReport; records: readonly RequestRecord[] }[] = []
  try {
    const warmup = await warmUp(target, load, generator, options)
    for (const [index, measured] of workloads.entries()) {
      if (index > 0 && options.signal.aborted) break
      const onProgress = options.onProgress && progressOverTrials(options.onProgress, trials, load)
      const own = loads[index] ?? load
      const medianAnswer = warmup === null ? undefined : longestAnswer(warmup, trials)
      const trial = {
        name,
        target,
        load: own,
        slo,
        warmup: index === 0 ? warmup : null,
        generator,
        ...(log && { log }),
      }
      const measure = async (attempt: number): ReturnType<typeof runTrial> => {
        // The prompts of an earlier attempt may be in a prefix cache: the same workload gets nonces that were never sent.
        const fresh = attempt === 0 ? measured : await makeWorkload(own, asked)
        const workload = await filled(fresh, own, medianAnswer, (each) => makeWorkload(each, asked))
        if (index + attempt === 0) announce(warmup, workload, load, options)
        return runTrial({ ...trial, workload }, { ...options, onProgress })
      }
      trials.push(await measureUntilValid(measure, repeats, options.signal))
    }
  } catch (error) {
    // What the trials before it measured stays.
    const isCutShort = error instanceof BenchError && error.code === 'no-data' && options.signal.aborted
    if (!isCutShort || trials.length === 0) throw error
  } finally {
    await generator.close()
  }
  const [first] = trials
  if (first === undefined) throw new RangeError('A case has at least one trial.')
  if (trials.length < loads.length) first.report.verdicts.push(trialsMissing(trials.length, loads.length))
  const metrics =
    trials.length === 1
      ? first.report.metrics
      : summariseTrials(
          trials.map(({ records }) => records),
          goodputOf(load),
        )
  return {
    ...metrics,
    report: first.report,
    reports: trials.map(({ report }) => report),
    records: trials.flatMap(({ records }) => records),
  }
}

/** The load of each trial. */
function trialsOf(load: ResolvedLoad): ResolvedLoad[] {
  return Array.from({ length: load.trials }, (_, i) => ({ ...load, trial: load.trial + i }))
}

function trialsMissing(observed: number, limit: number): Verdict {
  const message = `The run was cut short after ${observed} of ${limit} trials.`
  return { kind: 'validity', objective: 'all trials', verdict: 'invalid', observed, limit, message }
}

/** Sends the warm-up of a case; null where nothing is to be warmed up. */
async function warmUp(
  target: Target,
  load: ResolvedLoad,
  generator: LoadGenerator,
  { signal, onProgress }: RunCaseOptions,
): Promise<Warmup | null> {
  const warming = warmupLoad(load, target.endpoint.kind === 'url')
  if (warming === null) return null
  const workload = await makeWorkload(warming, target)
  const { records } = await sendLoad(
    { target, load, workload, generator },
    { signal, onProgress: onProgress && ((now) => onProgress({ ...now, phase: 'warm-up' })) },
  )
  return warmupOf(records)
}

/** One trial of a case, with what it sends. `warmup` is null where nothing was warmed up before it. */
interface Trial extends Pick<ServingCase, 'name' | 'target' | 'load' | 'slo' | 'log'> {
  readonly workload: Workload
  readonly warmup: Warmup | null
  readonly generator: LoadGenerator
}

/** BenchError `no-data` for a trial that was cut short before it measured anything. */
async function runTrial(
  { name, target, load, slo, workload, warmup, generator, log }: Trial,
  { environment, signal, onProgress, calibrations }: RunCaseOptions & { readonly calibrations: Calibrations },
): Promise<{ report: RunReport; records: readonly RequestRecord[] }> {
  const { telemetry, ...measured } = await sendLoad(
    { target, load, workload, generator, ...(log && { log }) },
    { signal, onProgress },
  )
  const result = presentable(measured, target)
  const { records } = result
  if (measuredRecords(records).length === 0) throw nothingMeasured(name, records)
  const way = transportFacts(target, load)
  const calibrated = await calibrationFor(
    { generator, ...way, records, maxClientError: load.maxClientError, calibrations },
    signal,
  )
  const built = buildRunReport({
    case: name,
    target: targetFacts(target, load),
    load: loadFacts(load, workload),
    result,
    telemetry,
    environment,
    client: { ...way, ...calibrated },
    ...(warmup === null ? {} : { warmup }),
    ...goodputOf(load),
  })
  const report = maskDeep(built, masker(target.secrets), (name) => OURS.has(name))
  const why = whyUnwritable(report)
  if (why !== null) {
    throw new BenchError(`${name} was run, and its report cannot be written: ${why}.`, {
      code: 'bad-report',
      remedy: 'Report this with the case that produced it.',
    })
  }
  if (slo !== null) doubtClient([report], slo)
  return { report, records }
}

/** Fields of a report that hold no foreign words: names of ours, the author's own, and columns of numbers. */
const OURS: ReadonlySet<string> = new Set([
  'schema',
  'case',
  'framework',
  'variant',
  'digest',
  'kind',
  'code',
  'verdict',
  'requests',
  'series',
])

function goodputOf({ goodput }: ResolvedLoad): { meetsObjectives?: (record: RequestRecord) => boolean } {
  return goodput === null ? {} : { meetsObjectives: meetsObjectives(goodput) }
}

/** What a server says may hold what it was sent, or what a terminal would obey; so may what a thread died of. */
function presentable({ records, threads, ...result }: LoadResult, target: Target): LoadResult {
  const mask = remembering(masker(target.secrets))
  const crash = threads?.crash && { ...threads.crash, reason: plainLine(mask(threads.crash.reason)) }
  return {
    ...result,
    records: records.map(({ finishReason, outcome, ...record }) => ({
      ...record,
      finishReason: finishReason === null ? null : mask(finishReason),
      outcome: outcome.status === 'completed' ? outcome : { ...outcome, message: plainLine(mask(outcome.message)) },
    })),
    ...(threads && { threads: { ...threads, crash: crash ?? null } }),
  }
}
