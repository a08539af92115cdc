import { BenchError } from '../base/errors.ts'
import type { PerSecond } from '../base/units.ts'
import { PILING_UP } from '../doubts/queue-trend.ts'
import type { TrialDoubt } from '../doubts/trial-facts.ts'
import type { Target } from '../frameworks/target.ts'
import { judgeCapacity } from '../slo/judge-capacity.ts'
import { searchCapacity, type RateVerdict } from '../slo/search-capacity.ts'
import type { Inconclusive, Slo } from '../slo/slo.ts'
import { invalidities } from '../verdict/invalidities.ts'
import type { Verdict } from '../verdict/verdict.ts'
import { inWords } from '../verdict/words.ts'
import { checkPartOfLoad } from './check-options.ts'
import { requireEvidence } from './evidence.ts'
import { queueOf } from './growing-queue.ts'
import { addDoubts, addVerdicts, judgeLooks, underPolicy } from './judge.ts'
import type { LoadOptions } from './load-options.ts'
import { lastLook, type Look, type SendLook } from './look.ts'
import { freshRepeats } from './repeats.ts'
import type { ServingRun } from './serving-run.ts'
import { toldByVerdict } from './told-by-verdict.ts'

type ProbeLoad = Omit<LoadOptions, 'requestRate' | 'trial' | 'trials'>

export interface CapacityOptions {
  readonly target: Target
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
const SWEEP_STEP = Math.SQRT2
const DEFAULT_PROMPTS = 1000
const DEFAULT_SPAN = 64

/**
 * Searches for the capacity of a target, or sends one load at each rate of a sweep. Each rate is a case, with a trial for each
 * look at it. Rejects where the capacity is too low, and with BenchError `no-capacity` where it cannot be told.
 */
export async function searchRates(send: SendLook, options: CapacityOptions, inconclusive: Inconclusive): Promise<void> {
  const probe = probeWith(send, options)
  const { requestRates = 'search' } = options
  await (requestRates === 'search' ? search(probe, options, inconclusive) : sweep(probe, options))
}

/** One look at one rate. */
type Probe = (requestRate: PerSecond, look: Look) => Promise<ServingRun>

function probeWith(send: SendLook, { target, slo, load: options }: CapacityOptions): Probe {
  return (requestRate, look) => {
    const chosen = typeof options === 'function' ? options(requestRate) : (options ?? { numPrompts: DEFAULT_PROMPTS })
    checkPartOfLoad(chosen, 'findCapacity', ['requestRate', 'trial', 'trials'])
    const trial = look.before?.report.trials.length ?? 0
    return send({ target, requestRate, ...chosen, name: `${requestRate} req/s`, trial }, { ...look, slo })
  }
}

async function search(probe: Probe, options: CapacityOptions, inconclusive: Inconclusive): Promise<void> {
  const { min, from = min ?? 1, to = from * DEFAULT_SPAN, resolution = 0.1 } = options
  const runs = new Map<PerSecond, ServingRun>()
  const capacity = await searchCapacity({ from, to, resolution }, async (rate) => {
    const { run, verdict } = await judgeRate(probe, rate, options.slo)
    runs.set(rate, run)
    return verdict
  })
  const at = runs.get(capacity.highestPass ?? Math.min(...runs.keys()))
  if (at === undefined) throw new RangeError('A search tries at least one rate.')
  const verdicts = underPolicy([judgeCapacity(capacity, min)], inconclusive)
  addVerdicts(at.report, verdicts)
  const failed = verdicts.find(({ verdict }) => verdict === 'fail')
  if (failed === undefined) return
  throw toldByVerdict(
    new BenchError(`${inWords(failed).message}.`, {
      code: 'no-capacity',
      remedy: 'See the rows of the rates that were tried; lower `min`, or the objectives, or give the server more.',
    }),
  )
}

/** Looks until the verdict is clear. Throws BenchError when a run is invalid: then it measured its client. */
async function judgeRate(probe: Probe, rate: PerSecond, slo: Slo): Promise<{ run: ServingRun; verdict: RateVerdict }> {
  const repeats = freshRepeats()
  let before: ServingRun | null = null
  for (;;) {
    const run: ServingRun = await probe(rate, { before, repeats })
    before = run
    const [invalid] = invalidities(run.report)
    if (invalid !== undefined) {
      throw noCapacity(
        rate,
        `the run is invalid. ${inWords(invalid).message}`,
        'Search below that rate (`to`), or send from a bigger machine.',
      )
    }
    const verdicts = judgeLooks(run, slo, { confidence: LOOK_CONFIDENCE })
    const unjudged = verdicts.find(({ verdict }) => verdict === 'invalid')
    if (unjudged !== undefined) {
      throw noCapacity(rate, inWords(unjudged).message, 'Or search by objectives that do not need it.')
    }
    const { state, growth } = queueOf(lastLook(run))
    // A trend of TTFT alone may be one of the prompts' lengths, which every rate shares; a queue also piles up.
    const growing = state === 'growing' && growth > PILING_UP
    const verdict = growing ? 'fail' : worstOf(verdicts)
    if (verdict !== 'inconclusive' || run.report.trials.length === MAX_LOOKS) {
      if (verdict !== 'pass') addDoubts(run.report, [aboveCapacity(verdicts, growing)])
      return { run, verdict }
    }
  }
}

function noCapacity(rate: PerSecond, why: string, remedy: string): BenchError {
  return new BenchError(`The capacity cannot be told: at ${rate} req/s ${why}`, { code: 'no-capacity', remedy })
}

function worstOf(verdicts: readonly Verdict[]): RateVerdict {
  if (verdicts.some(({ verdict }) => verdict === 'fail')) return 'fail'
  return verdicts.every(({ verdict }) => verdict === 'pass') ? 'pass' : 'inconclusive'
}

function aboveCapacity(verdicts: readonly Verdict[], growing: boolean): TrialDoubt {
  const told = verdicts.filter(({ verdict }) => verdict !== 'pass').map((verdict) => inWords(verdict).message)
  const why = [...(growing ? ['the queue kept growing'] : []), ...told].join('; ')
  return { code: 'above-capacity', message: `This rate was not shown to hold: ${why}.` }
}

async function sweep(
  probe: Probe,
  { requestRates, min, from = min ?? 1, to = from * 16 }: CapacityOptions,
): Promise<void> {
  const rates = Array.isArray(requestRates) ? (requestRates as readonly PerSecond[]) : geometric(from, to)
  for (const rate of rates) requireEvidence(await probe(rate, { before: null, repeats: freshRepeats() }))
}

function geometric(from: PerSecond, to: PerSecond): PerSecond[] {
  const count = Math.floor(Math.log(to / from) / Math.log(SWEEP_STEP) + 1e-9) + 1
  return Array.from({ length: count }, (_, i) => Number((from * SWEEP_STEP ** i).toPrecision(3)))
}
