import { BenchError } from '../errors.ts'
import type { RunReport, Verdict } from '../report.ts'
import type { RegressionRule } from './regression-rule.ts'
import { toleranceRule } from './tolerance-rule.ts'

/**
 * Judges a run against the accepted runs of its case. Only those with the same stimulus (digest) are looked at, because
 * other prompts or arrival times move the numbers more than most regressions do; the framework's version may differ,
 * that is what a baseline is for.
 *
 * BenchError `not-comparable`, saying what differs, when no accepted run had the same target, load and stimulus.
 */
export function compareWithBaseline(
  candidate: RunReport,
  baseline: readonly RunReport[],
  rule: RegressionRule = toleranceRule(),
): Verdict[] {
  const comparable = baseline.filter((run) => differences(candidate, run).length === 0)
  if (comparable.length > 0) return rule.judge(candidate, comparable)

  const nearest = baseline.map((run) => differences(candidate, run)).sort((a, b) => a.length - b.length)[0]
  throw new BenchError(
    nearest === undefined
      ? `"${candidate.case}" has a baseline without any run.`
      : `"${candidate.case}" cannot be compared with its baseline: ${nearest.join('; ')}.`,
    {
      code: 'not-comparable',
      remedy: 'Run the same load against the same target, or accept the current run with `vitest bench -u`.',
    },
  )
}

function differences({ target, load }: RunReport, baseline: RunReport): string[] {
  const pairs: readonly (readonly [string, string, string])[] = [
    ['framework', target.framework, baseline.target.framework],
    ['variant', target.variant, baseline.target.variant],
    ['model', target.model ?? 'unknown', baseline.target.model ?? 'unknown'],
    ['server', serverKind(target), serverKind(baseline.target)],
    ['request rate', rateText(load), rateText(baseline.load)],
    ['concurrency cap', String(load.maxConcurrency ?? 'none'), String(baseline.load.maxConcurrency ?? 'none')],
    ['stimulus', load.digest.slice(0, 12), baseline.load.digest.slice(0, 12)],
  ]
  return pairs
    .filter(([, now, before]) => now !== before)
    .map(([what, now, before]) => `the ${what} is ${now} and was ${before}`)
}

function serverKind({ simulated }: RunReport['target']): string {
  return simulated ? 'simulated' : 'real'
}

function rateText({ requestRate }: RunReport['load']): string {
  return requestRate === null ? 'all at once' : `${requestRate}/s`
}
