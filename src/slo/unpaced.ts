import type { MeasuredRequests } from '../metrics/measured-requests.ts'
import { isBuffered, unobservedPace } from '../metrics/pace.ts'

/** What is not known of TPOT and ITL because requests did not show their pace, over all trials. */
export interface Unpaced {
  readonly count: number
  /** Why, and what to do; null where so few are unobserved that the others can be judged. */
  readonly refusal: string | null
  /** `the output of 3 of 100 requests ...`, without a full stop. */
  readonly inWords: string
}

const REMEDY =
  'A proxy that buffers hides it: switch that off (nginx: `proxy_buffering off`, or the header `X-Accel-Buffering: no`) or ask the server itself; a server that streams in long intervals has to send more often.'

export function unpacedOf(trials: readonly Pick<MeasuredRequests, 'tpot' | 'unpaced'>[]): Unpaced {
  const unobserved = trials.flatMap(({ unpaced }) => unpaced.filter(Boolean)).length
  const observed = trials.flatMap(({ tpot }) => tpot.filter((time) => time !== null)).length
  const pace = { requests: observed + unobserved, unobserved }
  const inWords = unobserved === 0 ? '' : unobservedPace(pace)
  return { count: unobserved, refusal: isBuffered(pace) ? `${inWords}. ${REMEDY}` : null, inWords }
}
