import { countedRecords } from '../metrics/fill.ts'
import { isBuffered, unobservedPace } from '../metrics/pace.ts'
import { TOKENS_A_CHARACTER } from '../metrics/ttft.ts'
import type { RequestRecord } from '../record.ts'
import type { TrialDoubt, TrialFacts } from './trial-facts.ts'

/** So many events more than tokens are no doubt: a stop string that was held back and the name of a tool have events of their own. */
const SPARE_EVENTS = 2
const SPARE_SHARE = 0.1

type Facts = Pick<TrialFacts, 'records'>

export function tokenEstimate({ records }: Facts): TrialDoubt[] {
  const counted = countedRecords(records)
  const count = counted.filter(({ outputTokensSource }) => outputTokensSource === 'events').length
  if (count === 0) return []
  const message = `The output tokens of ${count} of ${counted.length} requests are estimated by counting events.`
  return [{ code: 'token-estimate', message }]
}

export function lengthMismatch({ records }: Facts): TrialDoubt[] {
  const counted = countedRecords(records)
  const count = counted.filter(hasOtherLength).length
  if (count === 0) return []
  const message = `${count} of ${counted.length} answers had another length than was asked for.`
  return [{ code: 'length-mismatch', message }]
}

/**
 * The answer ended, and not at the length that was asked for. Answers that failed half-way have no length of their own
 * and do not count, unless their length is why they failed.
 */
export function hasOtherLength({ outcome, outputTokens, requestedOutputTokens }: RequestRecord): boolean {
  if (outcome.status === 'failed') return outcome.kind === 'length-mismatch'
  return outputTokens !== null && outputTokens !== requestedOutputTokens
}

/** So many answers did not show their pace that TPOT and ITL of the others are not those of the server. */
export function buffered({ validity: { pace } }: Pick<TrialFacts, 'validity'>): TrialDoubt[] {
  if (!isBuffered(pace)) return []
  return [
    { code: 'buffered', message: `TPOT and ITL are those of the other requests, if any: ${unobservedPace(pace)}.` },
  ]
}

/** Counts that are not believed: see `src/client/believed-counts.ts`. */
export function implausibleCount({ records }: Facts): TrialDoubt[] {
  const counted = countedRecords(records)
  const told = counted.flatMap(({ disbelieved }) => disbelieved ?? [])
  if (told.length === 0) return []
  const message = `The server told ${told.length} of ${counted.length} requests of more tokens than they can have, such as ${told[0]}: its count was not used.`
  return [{ code: 'implausible-count', message }]
}

/**
 * More events with output than tokens, by more than two and a tenth: an event holds a token at least, so something was sent
 * twice, or the count leaves something out.
 */
export function duplicatedOutput({ records }: Facts): TrialDoubt[] {
  const counted = countedRecords(records)
  const found = told(counted).filter(
    ({ events, tokens }) => events > tokens + Math.max(SPARE_EVENTS, SPARE_SHARE * tokens),
  )
  const [first] = found
  if (first === undefined) return []
  const example = `${first.events} events of output for ${first.tokens} tokens`
  const message = `${found.length} of ${counted.length} answers came in more events than they have tokens, such as ${example}: the server repeats output, or does not count all of it.`
  return [{ code: 'duplicated-output', message }]
}

/**
 * Tokens without any text, more than one character can take: special tokens that are not shown, or empty events. What
 * is only white space was generated, and is no doubt.
 */
export function noText({ records }: Facts): TrialDoubt[] {
  const counted = countedRecords(records)
  const found = told(counted).filter(({ events, tokens }) => events === 0 && tokens > TOKENS_A_CHARACTER)
  const [first] = found
  if (first === undefined) return []
  const message = `${found.length} of ${counted.length} answers have tokens (such as ${first.tokens}) and no text: they have no TTFT and no TPOT.`
  return [{ code: 'no-text', message }]
}

/** The completed answers whose tokens the server told. */
function told(records: readonly RequestRecord[]): { events: number; tokens: number }[] {
  return records.flatMap(({ outcome, outputTokens, outputTokensSource, outputAt }) => {
    const isTold = outputTokensSource === 'usage' || outputTokensSource === 'fixed-length'
    if (outcome.status !== 'completed' || outputTokens === null || !isTold) return []
    return [{ events: outputAt.length, tokens: outputTokens }]
  })
}
