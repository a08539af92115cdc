import * as z from 'zod'
import { VERDICT_WORDS } from '../../verdict/verdict.ts'
import {
  DOUBT_CODES,
  Environment,
  FailedCase,
  Failures,
  LoadFacts,
  Metrics,
  RequestColumns,
  Series,
  TargetFacts,
  Telemetry,
  Validity,
} from '../../report.ts'

/** The schema of a report.json as it was written before a case held its trials. */
export const OLD_REPORT_SCHEMA = 'vitest-llm-bench/report@1'

/** A verdict was a text with up to two numbers. */
const OldVerdict = z.object({
  kind: z.enum(['slo', 'baseline', 'validity']),
  objective: z.string(),
  verdict: z.enum(VERDICT_WORDS),
  observed: z.number().nullable(),
  limit: z.number().nullable(),
  message: z.string(),
})
export type OldVerdict = z.infer<typeof OldVerdict>

/** One trial, with all facts of its case. The verdicts on all trials together stood in the first. */
const OldRun = z.object({
  case: z.string(),
  target: TargetFacts,
  load: LoadFacts.extend({ trial: z.int().nonnegative(), trials: z.int().positive().default(1), digest: z.string() }),
  metrics: Metrics,
  verdicts: z.array(OldVerdict),
  validity: Validity.extend({ warnings: z.array(z.object({ code: z.enum(DOUBT_CODES), message: z.string() })) }),
  errors: Failures,
  requests: RequestColumns,
  series: Series,
  telemetry: Telemetry.nullable(),
  environment: Environment,
})
export type OldRun = z.infer<typeof OldRun>

export const OldReport = z.object({
  schema: z.literal(OLD_REPORT_SCHEMA),
  runs: z.array(OldRun),
  failedCases: z.array(FailedCase),
  falseFailChance: z.number().min(0).max(1).default(0),
})
