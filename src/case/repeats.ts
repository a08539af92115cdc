import type { TrialDoubt } from '../doubts/trial-facts.ts'
import type { ValidityVerdict } from '../verdict/verdict.ts'
import type { MeasuredTrial } from './trial.ts'

/** How many invalid trials one stage may measure again: a client that is late more often is no accident. */
const MOST_REPEATS = 2

/** How many repeats the trials of one stage have left together. */
export interface Repeats {
  left: number
}

/** The repeats of a stage that begins. */
export function freshRepeats(): Repeats {
  return { left: MOST_REPEATS }
}

/** What the last attempt at a trial gave, and what was wrong with those before it; null where there was none. */
export interface LastAttempt {
  readonly trial: MeasuredTrial
  readonly repeated: TrialDoubt | null
}

/**
 * Measures a trial, and measures it again, with the same seed, while its client was late and there are repeats left. `measure` gets
 * the number of the attempt, from 0. After an abort there is no further attempt.
 *
 * An attempt with failed requests is never repeated: a server that dies makes the client late as well, and what the attempt
 * saw of that is evidence, of which the next one would see nothing.
 *
 * Nothing else is repeated either. A run that was cut short, a crashed thread and a client that is too coarse for the objectives would
 * end the same way again; so would any run in virtual time.
 */
export async function measureUntilValid(
  measure: (attempt: number) => Promise<MeasuredTrial>,
  repeats: Repeats,
  { isSimulated, signal }: { readonly isSimulated: boolean; readonly signal: AbortSignal },
): Promise<LastAttempt> {
  const late: ValidityVerdict[] = []
  for (;;) {
    const trial = await measure(late.length)
    const verdict = isSimulated ? null : onlyLateness(trial)
    if (verdict === null || repeats.left === 0 || signal.aborted) {
      return { trial, repeated: late.length === 0 ? null : repeated(trial.report.trial, late) }
    }
    repeats.left--
    late.push(verdict)
  }
}

/** The verdict on the client's lateness, where a trial is invalid for no other reason, and no request failed. */
function onlyLateness({ invalid, report }: MeasuredTrial): ValidityVerdict | null {
  const [first, ...others] = invalid
  if (first?.reason !== 'client-on-time' || others.length > 0 || report.metrics.failed > 0) return null
  return first
}

function repeated(trial: number, late: readonly ValidityVerdict[]): TrialDoubt {
  const what = `trial ${trial} was invalid${late.length === 1 ? '' : ` ${late.length} times`} and was`
  const times = late.map(({ observed, limit }) => `${ms(observed)} (limit ${ms(limit)})`)
  return { code: 'repeated', message: `${what} repeated: at P99 the client was late by ${times.join(', then by ')}` }
}

function ms(value: number | null): string {
  return value === null ? 'an unknown time' : `${value.toFixed(1)} ms`
}
