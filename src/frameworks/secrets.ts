import { credentialsIn, masker } from '../redact.ts'
import type { Target } from './target.ts'

/** A key shorter than this (`EMPTY`, `x`) is none, and may be a part of any name. */
const SHORTEST_KEY = 8

/** A function that takes out of a text what a target is asked with in confidence: the server may send it back. */
export function secretsOf(target: Target): (text: string) => string {
  return masker(credentialsOf(target))
}

/** The same for a name that the server gave, which a short word must not spoil. */
export function secretsInNamesOf(target: Target): (name: string) => string {
  return masker(credentialsOf(target).filter(({ length }) => length >= SHORTEST_KEY))
}

function credentialsOf({ endpoint, extraBody }: Target): string[] {
  const words = Object.entries(extraBody).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return credentialsIn({ ...Object.fromEntries(words), ...(endpoint.kind === 'url' ? endpoint.headers : {}) })
}
