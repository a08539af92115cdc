import type { ValidityVerdict, Verdict } from './verdict.ts'

/** Why the numbers of a case must not be judged; empty when they may. */
export function invalidities({ verdicts }: { readonly verdicts: readonly Verdict[] }): ValidityVerdict[] {
  return verdicts.filter((verdict) => verdict.kind === 'validity').filter(({ verdict }) => verdict === 'invalid')
}
