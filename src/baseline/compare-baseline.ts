import { rateText } from '../base/rate-text.ts'
import { BenchError } from '../base/errors.ts'
import type { CaseReport, Trial } from '../report.ts'
import type { Baseline } from './baseline-file.ts'
import { recordedTrial } from './recorded-trial.ts'
import type { TrialPairs } from './trial.ts'

/** Goes up when a metric or a gate comes to mean something else: an older number is then another quantity. */
const DEFINITIONS = 2

/** The trials of a case as a baseline, with further ones of the same case. */
export function baselineOf(report: CaseReport, hardware: string, further: readonly Trial[] = []): Baseline {
  const { framework, version, variant, model, simulated, sampling } = report.target
  const { requestRate, numPrompts, arrival, dataset, maxConcurrency, nonceTokens } = report.load
  return {
    case: report.case,
    definitions: DEFINITIONS,
    acceptedAt: report.environment.startedAt,
    hardware: simulated ? null : hardware,
    target: { framework, version, variant, model, simulated, sampling },
    load: { requestRate, numPrompts, arrival, dataset, maxConcurrency, nonceTokens },
    trials: [...report.trials, ...further].map(recordedTrial),
  }
}

/**
 * Trials of a case and the accepted ones with the same seeds, as pairs. The framework's version may differ: that is what a
 * baseline is for.
 *
 * BenchError `not-comparable`, saying what differs, when the accepted trials were of another target, load, workload or
 * definition of the metrics, or measured on another machine, or when they lack a seed.
 */
export function pairWithBaseline(report: CaseReport, baseline: Baseline, hardware: string): TrialPairs {
  const run = baselineOf(report, hardware)
  refuseDifferent(run.case, factsThatDiffer(run, baseline))
  const accepted = run.trials.map((trial) => {
    const found = baseline.trials.find(({ seed }) => seed === trial.seed)
    if (found === undefined) {
      const seeds = baseline.trials.map(({ seed }) => seed).join(', ')
      throw notComparable(run.case, [`it has a trial of seed ${trial.seed}, the baseline of ${seeds}`])
    }
    refuseDifferent(run.case, differences([['workload', trial.digest.slice(0, 12), found.digest.slice(0, 12)]]))
    return found
  })
  return { baseline: accepted, candidate: run.trials }
}

/** `vllm 0.4.1 -> 0.5.0`, where the baseline is of another version than the run; null where it is of the same. */
export function versionChange(
  { target: before }: Pick<Baseline, 'target'>,
  { target: now }: Pick<CaseReport, 'target'>,
): string | null {
  if (before.version === now.version) return null
  return `${now.framework} ${before.version ?? 'of unknown version'} -> ${now.version ?? 'unknown version'}`
}

function factsThatDiffer(run: Baseline, baseline: Baseline): string[] {
  const { target, load } = run
  return differences([
    ['version of the metrics', String(run.definitions), String(baseline.definitions)],
    ['framework', target.framework, baseline.target.framework],
    ['variant', target.variant, baseline.target.variant],
    ['model', target.model ?? 'unknown', baseline.target.model ?? 'unknown'],
    ['server', serverKind(target), serverKind(baseline.target)],
    ['sampling', samplingText(target), samplingText(baseline.target)],
    ['hardware', run.hardware ?? 'none', baseline.hardware ?? 'none'],
    ['request rate', rateText(load.requestRate), rateText(baseline.load.requestRate)],
    ['concurrency cap', String(load.maxConcurrency ?? 'none'), String(baseline.load.maxConcurrency ?? 'none')],
    ['number of requests', String(load.numPrompts), String(baseline.load.numPrompts)],
    ['nonce of each prompt', nonceText(load), nonceText(baseline.load)],
  ])
}

function differences(facts: readonly (readonly [what: string, now: string, before: string])[]): string[] {
  return facts
    .filter(([, now, before]) => now !== before)
    .map(([what, now, before]) => `the ${what} is ${now} and was ${before}`)
}

function refuseDifferent(name: string, found: readonly string[]): void {
  if (found.length > 0) throw notComparable(name, found)
}

function notComparable(name: string, found: readonly string[]): BenchError {
  return new BenchError(`"${name}" cannot be compared with its baseline: ${found.join('; ')}.`, {
    code: 'not-comparable',
    remedy: 'Run the same load against the same target, or accept the current run with `vitest bench -u`.',
  })
}

/** One answer to each prompt, drawn token by token. Servers do that unasked; the recipes of some versions ask for it all the same. */
const ONE_ANSWER: Readonly<Record<string, unknown>> = { n: 1, best_of: 1, use_beam_search: false }

/**
 * The sampling without the fields that a recipe has for some versions only and that do not change the answers: with them a new
 * version could never be compared with the old one.
 */
function samplingText({ sampling }: Baseline['target']): string {
  const asked = Object.entries(sampling).filter(
    ([name, value]) => name !== 'stream_options' && !(name in ONE_ANSWER && ONE_ANSWER[name] === value),
  )
  return JSON.stringify(Object.fromEntries(asked))
}

function serverKind({ simulated }: Baseline['target']): string {
  return simulated ? 'simulated' : 'real'
}

function nonceText({ nonceTokens }: Baseline['load']): string {
  return nonceTokens === 0 ? 'none' : `${nonceTokens} tokens`
}
