import * as z from 'zod'
import { OBJECTIVE_METRIC_IDS } from '../metrics/objective-metrics.ts'
import { STATISTICS } from '../metrics/statistic.ts'

/** `inconclusive`: neither shown nor refuted. `invalid`: the numbers must not be judged. */
export const VERDICT_WORDS = ['pass', 'fail', 'inconclusive', 'invalid'] as const
export type VerdictWord = (typeof VERDICT_WORDS)[number]

const count = z.int().nonnegative()
const share = z.number().min(0).max(1)

/**
 * Why a verdict does not say what its judge said: the project lets what is inconclusive fail; the run is invalid, so that nothing
 * that was observed in it counts; or Vitest passed the test all the same, because it asserts nothing of this run, or expects a
 * failure.
 */
const Overruling = z.object({
  by: z.enum(['inconclusive-fails', 'invalid-run', 'not-asserted', 'failure-expected']),
  /** What the judge said. */
  was: z.enum(VERDICT_WORDS),
})
export type Overruling = z.infer<typeof Overruling>

const common = {
  verdict: z.enum(VERDICT_WORDS),
  overruled: Overruling.nullable(),
}

/** Requests whose time was not seen although they must have had it: they may exceed any limit. */
const Unseen = z.object({
  /** `no-text`: tokens and no text, so that the first token was not seen. `no-pace`: too few pieces to show the pace. */
  why: z.enum(['no-text', 'no-pace']),
  unseen: count,
  /** Of so many that should have been seen. */
  requests: count,
  /** Most of them have no text at all. */
  mostlyTextless: z.boolean(),
})
export type Unseen = z.infer<typeof Unseen>

/** What became of the requests, and why that leaves the verdict open; `unseen` and `growingQueue` are null where they do not. */
const requests = {
  failed: count,
  requests: count,
  /** A failed request stands at that place, so that there is no number. */
  neverAnswered: z.boolean(),
  unseen: Unseen.nullable(),
}

/** What the numbers of an objective rest on. */
const Evidence = z.discriminatedUnion('is', [
  /** One number beside its limit. */
  z.object({ is: z.literal('point'), ...requests }),
  /** How many requests exceed the limit, and which shares that allows (`judgePercentile`). */
  z.object({
    is: z.literal('percentile'),
    ...requests,
    confidence: share,
    over: count,
    total: count,
    effectiveTotal: z.number().nonnegative(),
    lower: share,
    upper: share,
    /** The queue kept growing, so that the percentile is a property of the length of the run. */
    growingQueue: z.object({ share: z.number(), stableRate: z.number().positive().nullable() }).nullable(),
  }),
  /** No request completed. */
  z.object({ is: z.literal('nothing-completed'), failed: count }),
  /** No request had such a value. */
  z.object({ is: z.literal('absent') }),
  /** Too many requests did not show it. */
  z.object({ is: z.literal('not-observed'), unseen: Unseen }),
  /** An ITL of 0: so many of the gaps are between events of one read. */
  z.object({ is: z.literal('no-gaps') }),
  /** Read from a report of an older version, which had only this text. */
  z.object({ is: z.literal('told'), message: z.string() }),
])
export type Evidence = z.infer<typeof Evidence>

/** The limit of an SLO on one number. */
const ObjectiveVerdict = z.object({
  kind: z.literal('objective'),
  ...common,
  metric: z.enum(OBJECTIVE_METRIC_IDS),
  /** Null for a metric that is one number. */
  statistic: z.enum(STATISTICS).nullable(),
  bound: z.enum(['max', 'min']),
  /** In the unit of the metric. */
  limit: z.number(),
  /** Null when there was nothing to observe, or a request that failed stands at that place. */
  observed: z.number().nullable(),
  evidence: Evidence,
  /** The SLO does not state it: where it says nothing of the error rate, no request may fail. */
  implied: z.boolean(),
  /** Of a broken TTFT: where the time went, as far as the server tells, and a table of its slowest requests, a line each. */
  explanation: z.object({ shares: z.string().nullable(), slowest: z.array(z.string()) }).nullable(),
})
export type ObjectiveVerdict = z.infer<typeof ObjectiveVerdict>

/** One regression gate against a baseline or another version. */
const RegressionVerdict = z.object({
  kind: z.literal('regression'),
  ...common,
  gate: z.string(),
  /** By which share it may be worse; of failed requests a share of the requests. */
  margin: z.number(),
  /** The change as a share, + is worse; of failed requests a difference of their shares. With one-sided 95 % bounds. */
  estimate: z.number(),
  low: z.number(),
  high: z.number(),
  pairs: count,
  /** The pairs were run to confirm a suspicion. */
  fresh: z.boolean(),
  /** A suspect for which there were no fresh pairs. */
  unconfirmed: z.boolean(),
  /** Null where no correction for several suspects was made. */
  holm: z.object({ adjusted: z.number(), suspects: count }).nullable(),
  /** Of the gate on failed requests: how many failed of how many on each side. Null for the others. */
  failures: z.object({ candidate: count, baseline: count, requests: count }).nullable(),
  /**
   * Why noise leaves it open: it hides a change of this share, which is too much to gate, too near the margin to tell, or takes
   * so many pairs to settle (null: over 1000). Null where the gate is decided, and for failed requests.
   */
  noise: z
    .object({
      detectable: z.number(),
      says: z.enum(['too-noisy', 'too-near', 'more-pairs']),
      pairsToSettle: count.nullable(),
    })
    .nullable(),
  /** `0.4.1 -> 0.4.2` where the baseline is of another version; null otherwise. */
  versionChange: z.string().nullable(),
})
export type RegressionVerdict = z.infer<typeof RegressionVerdict>

/** Of the baseline itself: it was recorded by this run, was never compared, or could not be. */
const BaselineVerdict = z.object({
  kind: z.literal('baseline'),
  ...common,
  state: z.discriminatedUnion('is', [
    z.object({ is: z.literal('accepted'), trials: count, file: z.string(), failed: count, requests: count }),
    z.object({ is: z.literal('undecided') }),
    z.object({ is: z.literal('not-compared'), why: z.string() }),
    /** Read from a report of an older version, which had only these texts and numbers. */
    z.object({
      is: z.literal('told'),
      objective: z.string(),
      observed: z.number().nullable(),
      limit: z.number().nullable(),
      message: z.string(),
    }),
  ]),
})
export type BaselineVerdict = z.infer<typeof BaselineVerdict>

/** Of a search for the capacity, requests/s. */
const CapacityVerdict = z.object({
  kind: z.literal('capacity'),
  ...common,
  /** What was asked for; null where nothing was. */
  min: z.number().positive().nullable(),
  /** The highest rate that was shown to hold, and the lowest that was shown not to; null where there is none. */
  highestPass: z.number().nullable(),
  lowestFail: z.number().nullable(),
  tried: z.array(z.object({ rate: z.number(), verdict: z.enum(['pass', 'fail', 'inconclusive']) })),
  /** Read from a report of an older version, which had this text, and not what was tried; null otherwise. */
  told: z.string().nullable(),
})
export type CapacityVerdict = z.infer<typeof CapacityVerdict>

/** Whether the numbers may be judged at all. A closed set of reasons. */
export const VALIDITY_REASONS = [
  'complete-run',
  'complete-test',
  'all-trials',
  'client-threads',
  'client-on-time',
  'client-error',
] as const
const ValidityVerdict = z.object({
  kind: z.literal('validity'),
  ...common,
  reason: z.enum(VALIDITY_REASONS),
  /** Of the trial it concerns; null for the whole case. */
  trial: count.nullable(),
  observed: z.number().nullable(),
  limit: z.number().nullable(),
  /** What happened and what to do, in sentences. */
  facts: z.string(),
  /** Of `client-error`: the objective whose limit is too near, `ttft.p99`, and the share of it that is the most; null otherwise. */
  about: z.object({ objective: z.string(), share }).nullable(),
})
export type ValidityVerdict = z.infer<typeof ValidityVerdict>

/** How closely the load followed its schedule. */
const ScheduleVerdict = z.object({
  kind: z.literal('schedule'),
  ...common,
  of: z.enum(['sent rate', 'gap distance', 'late sends']),
  limit: share,
  observed: z.number().nullable(),
})
export type ScheduleVerdict = z.infer<typeof ScheduleVerdict>

/** The server died, or fell silent, under the run. */
const ServerVerdict = z.object({ kind: z.literal('server'), ...common, facts: z.string() })
export type ServerVerdict = z.infer<typeof ServerVerdict>

/** An assertion of the author's own, or any other failure of the test, as Vitest words it. */
const AssertionVerdict = z.object({
  kind: z.literal('assertion'),
  ...common,
  /** From 1, within its case. */
  number: z.int().positive(),
  facts: z.string(),
})
export type AssertionVerdict = z.infer<typeof AssertionVerdict>

/** What was judged of a case. The texts are made from these numbers in `words.ts`. */
export const Verdict = z.discriminatedUnion('kind', [
  ObjectiveVerdict,
  RegressionVerdict,
  BaselineVerdict,
  CapacityVerdict,
  ValidityVerdict,
  ScheduleVerdict,
  ServerVerdict,
  AssertionVerdict,
])
export type Verdict = z.infer<typeof Verdict>

/** What its judge said, whatever has overruled it since. */
export function judgedAs({ verdict, overruled }: Pick<Verdict, 'verdict' | 'overruled'>): VerdictWord {
  return overruled?.was ?? verdict
}

/** The same verdict with another word, and why. One that was overruled before keeps what its judge said. */
export function overrule<V extends Verdict>(verdict: V, by: Overruling['by'], word: VerdictWord): V {
  if (verdict.verdict === word) return verdict
  return { ...verdict, verdict: word, overruled: { by, was: judgedAs(verdict) } }
}
