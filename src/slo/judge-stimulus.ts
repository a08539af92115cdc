import { BenchError } from '../base/errors.ts'
import { checkNames } from '../base/options.ts'
import type { CaseReport, Stimulus } from '../report.ts'
import type { ScheduleVerdict } from '../verdict/verdict.ts'

/** How closely a load must have followed its schedule. */
export interface StimulusLimits {
  /** Sendings a second over arrivals a second of the schedule, at least. Default 0.98. */
  readonly minRateShare?: number
  /** Distance between the gaps of the sendings and those of the schedule, 0 to 1, at most. Default 0.1. */
  readonly maxGapDistance?: number
  /** Share of the requests that left more than 5 ms late, at most. Default 0.01. */
  readonly maxLateShare?: number
}

const DEFAULTS: Required<StimulusLimits> = { minRateShare: 0.98, maxGapDistance: 0.1, maxLateShare: 0.01 }

/**
 * Whether every trial left as it was scheduled, one verdict for each limit; what cannot be told (fewer than two sendings)
 * fails. All at once has no rate to keep, and only its late sends are judged. BenchError `bad-slo` for a limit that is no
 * share.
 */
export function judgeStimulus(
  { load, trials }: Pick<CaseReport, 'load' | 'trials'>,
  limits: StimulusLimits = {},
): ScheduleVerdict[] {
  const { minRateShare, maxGapDistance, maxLateShare } = checked(limits)
  const late = worst(
    trials.map(({ validity, requests }) => validity.stimulus.lateSends / (requests.count - validity.warmup.trimmed)),
  )
  const judgedLate = atMost('late sends', late, maxLateShare)
  if (load.requestRate === null) return [judgedLate]
  const rates = trials.map(({ validity: { stimulus } }) => rateShare(stimulus))
  const gaps = worst(trials.map(({ validity }) => validity.stimulus.gapDistance))
  const rate = rates.includes(null) ? null : Math.min(...rates.map((share) => share ?? 0))
  return [atLeast('sent rate', rate, minRateShare), atMost('gap distance', gaps, maxGapDistance), judgedLate]
}

function rateShare({ sentRate, dueRate }: Stimulus): number | null {
  return sentRate === null || dueRate === null ? null : sentRate / dueRate
}

/** The highest; null as soon as one is not known, or there is none. */
function worst(values: readonly (number | null)[]): number | null {
  const known = values.filter((value): value is number => value !== null && Number.isFinite(value))
  return known.length < values.length || known.length === 0 ? null : Math.max(...known)
}

function atMost(of: ScheduleVerdict['of'], observed: number | null, limit: number): ScheduleVerdict {
  return verdictOf(of, observed, limit, observed !== null && observed <= limit)
}

function atLeast(of: ScheduleVerdict['of'], observed: number | null, limit: number): ScheduleVerdict {
  return verdictOf(of, observed, limit, observed !== null && observed >= limit)
}

function verdictOf(
  of: ScheduleVerdict['of'],
  observed: number | null,
  limit: number,
  isKept: boolean,
): ScheduleVerdict {
  return { kind: 'schedule', verdict: isKept ? 'pass' : 'fail', overruled: null, of, observed, limit }
}

function checked(limits: StimulusLimits): Required<StimulusLimits> {
  const example = 'expect(run).toKeepSchedule({ maxLateShare: 0.05 })'
  checkNames(limits, Object.keys(DEFAULTS), { of: 'toKeepSchedule()', code: 'bad-slo', example })
  const all = { ...DEFAULTS, ...limits }
  for (const [name, value] of Object.entries(all)) {
    if (value >= 0 && value <= 1) continue
    throw new BenchError(`The limit ${name} is ${value}.`, {
      code: 'bad-slo',
      remedy: `Give a share from 0 to 1, for ${Object.keys(DEFAULTS).join(', ')}.`,
    })
  }
  return all
}
