import type { RunReport } from '../report.ts'

/** Requests that were to be measured and were not sent. */
export function neverSent({ load, validity }: Pick<RunReport, 'load' | 'validity'>): number {
  return Math.round(load.numPrompts * (1 - validity.sentShare))
}
