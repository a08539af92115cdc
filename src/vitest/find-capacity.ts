import { describe } from 'vitest'
import { BenchError } from '../base/errors.ts'
import { targetLabel, type Target } from '../frameworks/target.ts'
import { invalidities } from '../metrics/invalidities.ts'
import { poolTrials } from '../metrics/pool-trials.ts'
import type { RunReport, Verdict, Warning } from '../report.ts'
import { judgeSlo } from '../slo/judge-slo.ts'
import { judgeCapacity } from '../slo/judge-capacity.ts'
import { searchCapacity, type RateVerdict } from '../slo/search-capacity.ts'
import type { Slo } from '../slo/slo.ts'
import type { PerSecond } from '../base/units.ts'
import { atCallSite, captureCallSite } from './call-site.ts'
import { checkCapacity, checkPartOfLoad } from '../case/check-options.ts'
import { requireEvidence } from '../case/evidence.ts'
import { queueOf } from '../case/growing-queue.ts'
import { noteJudged, recordVerdicts, recordWarnings } from './ledger.ts'
import { test, type Load } from './load-fixture.ts'
import { freshRepeats, type Repeats } from '../case/repeat-invalid.ts'
import { type ResolvedSlo, resolveSlo } from '../case/resolve-case.ts'
import type { LoadOptions } from '../case/load-options.ts'
import { releaseServerAfterAll } from './servers.ts'
import type { ServingRun } from '../case/serving-run.ts'
import { settings } from './settings.ts'
import { underPolicy } from './under-policy.ts'

type ProbeLoad = Omit<LoadOptions, 'requestRate' | 'trial' | 'trials'>

export interface CapacityOptions {
  /** What a rate must meet to be held. */
  readonly slo: Slo
  /** Of one look at one rate; default 1000 requests. */
  readonly load?: ProbeLoad | ((requestRate: PerSecond) => ProbeLoad)
  /** The case fails when the capacity is below this, requests/s. */
  readonly min?: PerSecond
  /** The first rate that is tried. Default `min`, or else 1. */
  readonly from?: PerSecond
  /** No rate above this is tried. Default 64 times `from` for a search, 16 times for a sweep. */
  readonly to?: PerSecond
  /** At each end of the answer the next rate that was tried is at most this share away. Default 0.1, which is 10 %. */
  readonly resolution?: number
  /** `search` (the default) looks for the capacity; `sweep` sends one load at every rate and judges nothing. */
  readonly requestRates?: 'search' | 'sweep' | readonly PerSecond[]
}

/** More looks at a rate that neither holds nor breaks would cost more than the next rate tells. */
const MAX_LOOKS = 3
/** Each look at a growing sample is one more chance to err. */
const LOOK_CONFIDENCE = 1 - 0.05 / MAX_LOOKS
/** A trend of TTFT alone may be one of the prompts' lengths, which every rate shares; a queue also piles up this share of the arrivals. */
const PILING_UP = 0.05
const SWEEP_STEP = Math.SQRT2
const DEFAULT_PROMPTS = 1000
const DEFAULT_SPAN = 64

/**
 * A bench case that finds the highest request rate at which a target meets its objectives, as an interval: the highest rate
 * that was shown to hold and the lowest that was shown not to. It fails below `min`, and without `min` where no rate holds.
 *
 * Every rate gets up to three looks, a load each, and is done as soon as they show that it holds or that it does not. The
 * loads are rows of the table, with the goodput at their rate; the verdict on the capacity stands at the highest rate that
 * holds.
 *
 * With `requestRates: 'sweep'`, or a list of rates, it only draws the curve.
 */
export function findCapacity(target: Target, options: CapacityOptions): void {
  const frames = captureCallSite(findCapacity)
  checkCapacity(target, options)
  const { requestRates = 'search' } = options
  describe(targetLabel(target), () => {
    releaseServerAfterAll(target)
    const title = requestRates === 'search' ? 'capacity' : 'sweep'
    test(title, { meta: { serving: { framework: targetLabel(target) } } }, async ({ load }) => {
      try {
        const slo = resolveSlo(options.slo, ...settings())
        const probe = probeWith(load, target, { ...options, slo })
        await (requestRates === 'search' ? search(probe, { ...options, slo }) : sweep(probe, options))
      } catch (error) {
        throw atCallSite(error, frames)
      }
    })
  })
}

/** One look at one rate. */
type Probe = (requestRate: PerSecond, look: number, repeats: Repeats) => Promise<ServingRun>

function probeWith(load: Load, target: Target, { slo, load: options }: CapacityOptions): Probe {
  return async (requestRate, look, repeats) => {
    const chosen = typeof options === 'function' ? options(requestRate) : (options ?? { numPrompts: DEFAULT_PROMPTS })
    checkPartOfLoad(chosen, 'findCapacity', ['requestRate', 'trial', 'trials'])
    const name = `${requestRate} req/s`
    return load({ target, requestRate, ...chosen, name, trial: look }, { slo, repeats })
  }
}

async function search(probe: Probe, options: CapacityOptions & { readonly slo: ResolvedSlo }): Promise<void> {
  const { min, from = min ?? 1, to = from * DEFAULT_SPAN, resolution = 0.1 } = options
  const runs = new Map<PerSecond, ServingRun>()
  const capacity = await searchCapacity({ from, to, resolution }, async (rate) => {
    const { run, verdict } = await judgeRate(probe, rate, options.slo)
    runs.set(rate, run)
    return verdict
  })
  const at = runs.get(capacity.highestPass ?? Math.min(...runs.keys()))
  if (at === undefined) throw new RangeError('A search tries at least one rate.')
  const verdicts = underPolicy([judgeCapacity(capacity, min)], options.slo.inconclusive)
  recordVerdicts(at, verdicts)
  const failed = verdicts.find(({ verdict }) => verdict === 'fail')
  if (failed === undefined) return
  const error = new BenchError(`${failed.message}.`, {
    code: 'no-capacity',
    remedy: 'See the rows of the rates that were tried; lower `min`, or the objectives, or give the server more.',
  })
  noteJudged(at, error.message)
  throw error
}

/** Looks until the verdict is clear. Throws BenchError when a run is invalid: then it measured its client. */
async function judgeRate(probe: Probe, rate: PerSecond, slo: Slo): Promise<{ run: ServingRun; verdict: RateVerdict }> {
  const looks: ServingRun[] = []
  const repeats = freshRepeats()
  for (;;) {
    const run = await probe(rate, looks.length, repeats)
    looks.push(run)
    const [invalid] = invalidities(run.reports)
    if (invalid !== undefined) {
      throw noCapacity(
        rate,
        `the run is invalid. ${invalid.message}`,
        'Search below that rate (`to`), or send from a bigger machine.',
      )
    }
    const verdicts = judgeLooks(
      looks.flatMap(({ reports }) => reports),
      slo,
    )
    const unjudged = verdicts.find(({ verdict }) => verdict === 'invalid')
    if (unjudged !== undefined) {
      throw noCapacity(rate, unjudged.message, 'Or search by objectives that do not need it.')
    }
    const { state, growth } = queueOf(run)
    const growing = state === 'growing' && growth > PILING_UP
    const verdict = growing ? 'fail' : worstOf(verdicts)
    if (verdict !== 'inconclusive' || looks.length === MAX_LOOKS) {
      const first = looks[0] ?? run
      if (verdict !== 'pass') recordWarnings(first, [aboveCapacity(verdicts, growing)])
      return { run: first, verdict }
    }
  }
}

function noCapacity(rate: PerSecond, why: string, remedy: string): BenchError {
  return new BenchError(`The capacity cannot be told: at ${rate} req/s ${why}`, { code: 'no-capacity', remedy })
}

function judgeLooks(trials: readonly RunReport[], slo: Slo): Verdict[] {
  const { metrics } = poolTrials(trials)
  return judgeSlo({ metrics, trials, confidence: LOOK_CONFIDENCE }, slo)
}

function worstOf(verdicts: readonly Verdict[]): RateVerdict {
  if (verdicts.some(({ verdict }) => verdict === 'fail')) return 'fail'
  return verdicts.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'inconclusive'
}

function aboveCapacity(verdicts: readonly Verdict[], growing: boolean): Warning {
  const told = verdicts.filter(({ verdict }) => verdict !== 'pass').map(({ message }) => message)
  const why = [...(growing ? ['the queue kept growing'] : []), ...told].join('; ')
  return { code: 'above-capacity', message: `This rate was not shown to hold: ${why}.` }
}

async function sweep(
  probe: Probe,
  { requestRates, min, from = min ?? 1, to = from * 16 }: CapacityOptions,
): Promise<void> {
  const rates = Array.isArray(requestRates) ? (requestRates as readonly PerSecond[]) : geometric(from, to)
  for (const rate of rates) requireEvidence(await probe(rate, 0, freshRepeats()))
}

function geometric(from: PerSecond, to: PerSecond): PerSecond[] {
  const count = Math.floor(Math.log(to / from) / Math.log(SWEEP_STEP) + 1e-9) + 1
  return Array.from({ length: count }, (_, i) => Number((from * SWEEP_STEP ** i).toPrecision(3)))
}
