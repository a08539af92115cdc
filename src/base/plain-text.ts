import { stripVTControlCharacters } from 'node:util'

/**
 * Controls other than tab and newline (XML 1.0 forbids most), the two non-characters XML forbids, what cannot be seen,
 * and the marks that turn the direction of the text around them: a name must not rearrange the table it stands in.
 */
const UNSAFE = /(?![\t\n])[\p{Cc}\p{Bidi_Control}\u200b\ufeff\ufffe\uffff]/gu

/** Foreign text (a server's message, a case name) without escape sequences, controls or lone surrogates; keeps lines. */
export function plainText(text: string): string {
  return stripVTControlCharacters(text.toWellFormed())
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, '\n')
    .replace(UNSAFE, '')
}

/** The same on one line: every run of white space becomes one space. */
export function plainLine(text: string): string {
  return plainText(text).replace(/\s+/g, ' ').trim()
}

/** The first line of foreign text that says anything. Empty when there is none. */
export function firstLine(text: string): string {
  return plainLine(plainText(text).trim().split('\n')[0] ?? '')
}
