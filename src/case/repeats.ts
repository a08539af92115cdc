import { invalidities } from '../baseline/obstacles-to-comparison.ts'
import { CLIENT_ON_TIME } from '../doubts/doubts-of.ts'
import type { RunReport, Verdict, Warning } from '../report.ts'

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

/**
 * Measures a trial, and measures it again, with the same seed, while its client was late and there are repeats left. `measure` gets
 * the number of the attempt, from 0. After an abort there is no further attempt. The report of the last one says what was wrong
 * with those before it.
 *
 * An attempt with failed requests is never repeated: a server that dies makes the client late as well, and what the attempt
 * saw of that is evidence, of which the next one would see nothing.
 *
 * Nothing else is repeated either. A run that was cut short, a crashed thread and a client that is too coarse for the objectives would
 * end the same way again; so would any run in virtual time.
 */
export async function measureUntilValid<T extends { readonly report: RunReport }>(
  measure: (attempt: number) => Promise<T>,
  repeats: Repeats,
  signal: AbortSignal,
): Promise<T> {
  const late: Verdict[] = []
  for (;;) {
    const trial = await measure(late.length)
    const verdict = onlyLateness(trial.report)
    if (verdict === null || repeats.left === 0 || signal.aborted) {
      if (late.length > 0) trial.report.validity.warnings.push(repeated(trial.report, late))
      return trial
    }
    repeats.left--
    late.push(verdict)
  }
}

/** The verdict on the client's lateness, where a run in real time is invalid for no other reason, and no request failed. */
function onlyLateness(report: RunReport): Verdict | null {
  const [first, ...others] = invalidities([report])
  if (
    first?.objective !== CLIENT_ON_TIME ||
    others.length > 0 ||
    report.target.simulated ||
    report.metrics.failed > 0
  ) {
    return null
  }
  return first
}

function repeated({ load }: RunReport, late: readonly Verdict[]): Warning {
  const what = `trial ${load.trial} was invalid${late.length === 1 ? '' : ` ${late.length} times`} and was`
  const times = late.map(({ observed, limit }) => `${ms(observed)} (limit ${ms(limit)})`)
  return { code: 'repeated', message: `${what} repeated: at P99 the client was late by ${times.join(', then by ')}` }
}

function ms(value: number | null): string {
  return value === null ? 'an unknown time' : `${value.toFixed(1)} ms`
}
