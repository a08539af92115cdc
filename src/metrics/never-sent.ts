import type { CaseReport } from '../report.ts'

/** Requests that were to be measured in the trials of a case, and were not sent. */
export function neverSent({ load, trials, validity }: Pick<CaseReport, 'load' | 'trials' | 'validity'>): number {
  return Math.round(load.numPrompts * trials.length * (1 - validity.sentShare))
}
