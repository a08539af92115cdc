import * as z from 'zod'
import { VERDICT_WORDS } from '../../verdict/verdict.ts'
import { BenchReport, CaseReport, DOUBT_CODES, LoadFacts, Trial, Validity } from '../../report.ts'

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
const OldRun = Trial.omit({ trial: true, seed: true, digest: true }).extend({
  ...CaseReport.pick({ case: true, target: true, environment: true }).shape,
  load: LoadFacts.extend({ ...Trial.pick({ trial: true, digest: true }).shape, trials: z.int().positive().default(1) }),
  verdicts: z.array(OldVerdict),
  validity: Validity.extend({ warnings: z.array(z.object({ code: z.enum(DOUBT_CODES), message: z.string() })) }),
})
export type OldRun = z.infer<typeof OldRun>

export const OldReport = BenchReport.omit({ cases: true }).extend({
  schema: z.literal(OLD_REPORT_SCHEMA),
  runs: z.array(OldRun),
})
