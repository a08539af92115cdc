import { redactor } from '../redact.ts'
import type { Target } from './target.ts'

/** A function that takes out of a text what a target is asked with in confidence: the server may send it back. */
export function secretsOf({ endpoint, extraBody }: Target): (text: string) => string {
  const words = Object.entries(extraBody).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return redactor({ ...Object.fromEntries(words), ...(endpoint.kind === 'url' ? endpoint.headers : {}) })
}
