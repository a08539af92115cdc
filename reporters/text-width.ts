import { stripVTControlCharacters } from 'node:util'

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Code points that a terminal draws two cells wide (Unicode East Asian Width W and F, in blocks), and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u

/** A letter that takes no cell of its own: combining marks, joiners. */
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}]+$/u

/** How many terminal cells `text` takes. Escape sequences take none. */
export function textWidth(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) width += graphemeWidth(segment)
  return width
}

/** Fills up to `width` cells, on the left so that numbers line up on the right, or on the right for words. */
export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const gap = ' '.repeat(Math.max(0, width - textWidth(text)))
  return align === 'left' ? text + gap : gap + text
}

/** Cuts plain text (no escape sequences) to `width` cells; a cut is shown by `…`. */
export function truncate(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  const kept = takeCells(text, width - 1)
  return width < 1 ? '' : `${kept.trimEnd()}…`
}

/** Breaks plain text into lines of at most `width` cells, at spaces where it can; later lines start with `indent`. */
export function wrap(text: string, width: number, indent: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`
    if (textWidth(longer) <= width) {
      line = longer
      continue
    }
    if (line.trim() !== '') lines.push(line)
    line = (lines.length === 0 ? '' : indent) + word
    while (textWidth(line) > width) {
      const part = takeCells(line, width)
      if (part === '' || part === indent) break
      lines.push(part)
      line = indent + line.slice(part.length)
    }
  }
  return [...lines, truncate(line, width)]
}

function takeCells(text: string, width: number): string {
  let taken = ''
  let cells = 0
  for (const { segment } of graphemes.segment(text)) {
    cells += graphemeWidth(segment)
    if (cells > width) break
    taken += segment
  }
  return taken
}

function graphemeWidth(grapheme: string): number {
  if (ZERO_WIDTH.test(grapheme)) return 0
  return WIDE.test(grapheme) ? 2 : 1
}
