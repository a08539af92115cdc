import type { AssertionVerdict, BaselineVerdict, ServerVerdict } from './verdict.ts'

/** The server died, or fell silent, under the run: a verdict on the run, told once. */
export function serverLost(facts: string): ServerVerdict {
  return { kind: 'server', verdict: 'fail', overruled: null, facts }
}

/** The failure of a test that no judge made, the `number`-th of its case, from 1. */
export function assertionFailed(facts: string, number: number): AssertionVerdict {
  return { kind: 'assertion', verdict: 'fail', overruled: null, number, facts }
}

/** What a case says whose gates were never decided: a run that ends before has not passed. */
export function undecided(): BaselineVerdict {
  return { kind: 'baseline', verdict: 'inconclusive', overruled: null, state: { is: 'undecided' } }
}

/** What a case says whose trials cannot be held against any baseline; why, in sentences. */
export function notCompared(why: string): BaselineVerdict {
  return { kind: 'baseline', verdict: 'invalid', overruled: null, state: { is: 'not-compared', why } }
}
