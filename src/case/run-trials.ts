import { BenchError } from '../base/errors.ts'
import type { TrialDoubt } from '../doubts/trial-facts.ts'
import { measuredRecords } from '../metrics/fill.ts'
import type { RequestRecord } from '../record.ts'
import { judgeClient } from '../slo/judge-client.ts'
import { meetsObjectives } from '../slo/objectives.ts'
import type { Workload } from '../workload/workload.ts'
import { calibrationFor, type Calibrations } from './client-calibration.ts'
import { makeWorkload } from './make-workload.ts'
import type { PreparedCase } from './prepare.ts'
import { progressOverTrials } from './progress-over-trials.ts'
import { freshRepeats, measureUntilValid } from './repeats.ts'
import type { ResolvedLoad } from './resolve-case.ts'
import { send, transportFacts } from './send.ts'
import type { RunCaseOptions } from './serving-case.ts'
import { buildTrial, type MeasuredTrial } from './trial.ts'
import { announce, filled, longestAnswer, nothingMeasured, type Warmup } from './warm-up.ts'

/** What the trials of a case gave, in the order in which they ran. */
export interface MeasuredCase {
  readonly trials: readonly MeasuredTrial[]
  /** Which of them were measured again. */
  readonly repeated: readonly TrialDoubt[]
}

/**
 * Sends the trials of a case, one after the other. An abort ends it with what was measured; BenchError `no-data` where that is
 * nothing. Invalid trials are repeated (`measureUntilValid`).
 */
export async function runTrials(
  prepared: PreparedCase,
  warmup: Warmup | null,
  options: RunCaseOptions,
): Promise<MeasuredCase> {
  const { serving } = prepared
  const { signal, calibrations = new Map() } = options
  const { load, repeats = freshRepeats() } = serving
  const attempts = { isSimulated: prepared.target.endpoint.kind === 'simulated', signal }
  const trials: MeasuredTrial[] = []
  const repeated: TrialDoubt[] = []
  try {
    for (const [index, planned] of prepared.trials.entries()) {
      if (index > 0 && signal.aborted) break
      const before = trials.map(({ report }) => report.metrics)
      const onProgress = options.onProgress && progressOverTrials(options.onProgress, before, load)
      const medianAnswer = warmup === null ? undefined : longestAnswer(warmup, before)
      const measure = async (attempt: number): Promise<MeasuredTrial> => {
        const draw = (each: ResolvedLoad): Promise<Workload> => makeWorkload(each, serving.target)
        // The prompts of an earlier attempt may be in a prefix cache: the same workload gets nonces that were never sent.
        const fresh = attempt === 0 ? planned.workload : await draw(planned.load)
        const workload = await filled(fresh, planned.load, medianAnswer, draw)
        if (index + attempt === 0) announce(warmup, workload, load, options)
        const warm = index === 0 ? warmup : null
        return runTrial(prepared, { load: planned.load, workload, warmup: warm }, { signal, onProgress, calibrations })
      }
      const last = await measureUntilValid(measure, repeats, attempts)
      trials.push(last.trial)
      if (last.repeated !== null) repeated.push(last.repeated)
    }
  } catch (error) {
    // What the trials before it measured stays.
    const isCutShort = error instanceof BenchError && error.code === 'no-data' && signal.aborted
    if (!isCutShort || trials.length === 0) throw error
  }
  return { trials, repeated }
}

/** Whether a completed request counts as goodput; undefined where nothing says so. */
export function goodputOf({ goodput }: ResolvedLoad): ((record: RequestRecord) => boolean) | undefined {
  return goodput === null ? undefined : meetsObjectives(goodput)
}

interface Planned {
  readonly load: ResolvedLoad
  readonly workload: Workload
  /** Null where nothing was warmed up before it. */
  readonly warmup: Warmup | null
}

/** BenchError `no-data` for a trial that was cut short before it measured anything. */
async function runTrial(
  { serving: { name, slo, log }, target, facts, generator }: PreparedCase,
  { load, workload, warmup }: Planned,
  {
    signal,
    onProgress,
    calibrations,
  }: Pick<RunCaseOptions, 'signal' | 'onProgress'> & { readonly calibrations: Calibrations },
): Promise<MeasuredTrial> {
  const { telemetry, ...result } = await send({ target, load, workload, generator, log }, { signal, onProgress })
  const { records } = result
  if (measuredRecords(records).length === 0) throw nothingMeasured(name, records)
  const way = transportFacts(target, load)
  const calibrated = await calibrationFor(
    { generator, ...way, records, maxClientError: load.maxClientError, calibrations },
    signal,
  )
  const built = buildTrial({
    ...facts,
    trial: load.trial,
    digest: workload.digest,
    result,
    telemetry,
    client: { ...way, ...calibrated },
    warmup: warmup ?? undefined,
    meetsObjectives: goodputOf(load),
  })
  if (slo === null) return built
  return { ...built, invalid: [...built.invalid, ...judgeClient(built.report.validity.client, slo)] }
}
