import type { MeasuredRequests } from '../metrics/measured-requests.ts'
import { isBuffered, unobservedPace } from '../metrics/pace.ts'
import type { SloKey } from './slo.ts'

/** What is not known of a metric because completed requests did not show it, over all trials. */
export interface Unseen {
  readonly count: number
  /** Why, and what to do; null where so few are unseen that the others can be judged. */
  readonly refusal: string | null
  /** `the output of 3 of 100 requests ...`, without a full stop; empty where all are seen. */
  readonly inWords: string
}

const ALL_SEEN: Unseen = { count: 0, refusal: null, inWords: '' }

const REMEDY =
  'A proxy that buffers hides it: switch that off (nginx: `proxy_buffering off`, or the header `X-Accel-Buffering: no`) or ask the server itself; a server that streams in long intervals has to send more often.'

/** No proxy hides the pace of answers that have none. */
const NO_TEXT = 'Most of them have tokens and no text at all (`no-text`): see what the server answers.'

/** What is said of an ITL of 0: two tokens are not generated in one moment. */
export const GAPS_UNSEEN = `was not observed: so many of the gaps are between events that came in one read, and are 0. ${REMEDY}`

/** What is not known of the metric `id`: first tokens of answers without text, or the pace of answers in too few pieces. */
export function unseenOf(id: SloKey, trials: readonly MeasuredRequests[]): Unseen {
  if (id === 'ttft') return textless(trials)
  return id === 'tpot' || id === 'itl' ? unpaced(trials) : ALL_SEEN
}

function unpaced(trials: readonly MeasuredRequests[]): Unseen {
  const unobserved = countUnseen(trials, 'tpot')
  if (unobserved === 0) return ALL_SEEN
  const observed = trials.flatMap(({ tpot }) => tpot.filter((time) => time !== null)).length
  const pace = { requests: observed + unobserved, unobserved }
  const inWords = unobservedPace(pace)
  const withoutText = countUnseen(trials, 'ttft')
  const remedy = withoutText > unobserved / 2 ? NO_TEXT : REMEDY
  return { count: unobserved, refusal: isBuffered(pace) ? `${inWords}. ${remedy}` : null, inWords }
}

function textless(trials: readonly MeasuredRequests[]): Unseen {
  const count = countUnseen(trials, 'ttft')
  if (count === 0) return ALL_SEEN
  return { count, refusal: null, inWords: `${count} answers have tokens and no text: their first token was not seen` }
}

function countUnseen(trials: readonly MeasuredRequests[], id: keyof MeasuredRequests['unseen']): number {
  return trials.flatMap(({ unseen }) => unseen[id].filter(Boolean)).length
}
