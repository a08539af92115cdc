import type { AssertionVerdict, BaselineVerdict, ServerVerdict, ValidityVerdict } from './verdict.ts'

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

type Invalidity = Pick<ValidityVerdict, 'reason' | 'facts'> &
  Partial<Pick<ValidityVerdict, 'observed' | 'limit' | 'about'>>

/** Why the numbers of a run must not be judged: about the case, until it is known that there are several trials. */
export function invalid(invalidity: Invalidity): ValidityVerdict {
  return {
    kind: 'validity',
    verdict: 'invalid',
    overruled: null,
    trial: null,
    observed: null,
    limit: null,
    about: null,
    ...invalidity,
  }
}
