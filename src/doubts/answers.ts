import type { RequestRecord } from '../record.ts'
import type { Warning } from '../report.ts'

/** So many events more than tokens are no doubt: a stop string that was held back and the name of a tool have events of their own. */
const SPARE_EVENTS = 2
const SPARE_SHARE = 0.1
/**
 * An answer of up to so many tokens may have no text yet: a character has up to four bytes, each may be a token of its own, and the
 * server shows nothing before the last of them.
 */
export const TOKENS_A_CHARACTER = 4

/** Doubts that single answers raise, each with how many there are and an example. */
export function answerDoubts(records: readonly RequestRecord[]): Warning[] {
  return [...implausibleCount(records), ...duplicatedOutput(records), ...noText(records)]
}

/** Counts that are not believed: see `src/client/believed-counts.ts`. */
function implausibleCount(records: readonly RequestRecord[]): Warning[] {
  const told = records.flatMap(({ disbelieved }) => disbelieved ?? [])
  if (told.length === 0) return []
  const message = `The server told ${told.length} of ${records.length} requests of more tokens than they can have, such as ${told[0]}: its count was not used.`
  return [{ code: 'implausible-count', message }]
}

/**
 * More events with output than tokens, by more than two and a tenth: an event holds a token at least, so something was sent
 * twice, or the count leaves something out.
 */
function duplicatedOutput(records: readonly RequestRecord[]): Warning[] {
  const found = told(records).filter(
    ({ events, tokens }) => events > tokens + Math.max(SPARE_EVENTS, SPARE_SHARE * tokens),
  )
  const [first] = found
  if (first === undefined) return []
  const example = `${first.events} events of output for ${first.tokens} tokens`
  const message = `${found.length} of ${records.length} answers came in more events than they have tokens, such as ${example}: the server repeats output, or does not count all of it.`
  return [{ code: 'duplicated-output', message }]
}

/**
 * Tokens without any text, more than one character can take: special tokens that are not shown, or empty events. What
 * is only white space was generated, and is no doubt.
 */
function noText(records: readonly RequestRecord[]): Warning[] {
  const found = told(records).filter(({ events, tokens }) => events === 0 && tokens > TOKENS_A_CHARACTER)
  const [first] = found
  if (first === undefined) return []
  const message = `${found.length} of ${records.length} answers have tokens (such as ${first.tokens}) and no text: they have no TTFT and no TPOT.`
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
