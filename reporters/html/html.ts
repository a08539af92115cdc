import { plainText } from '../../src/base/plain-text.ts'

/** Markup that may stand in the page as it is. Only `html` and `trusted` make one. */
export class Html {
  readonly #markup: string

  constructor(markup: string) {
    this.#markup = markup
  }

  toString(): string {
    return this.#markup
  }
}

/** What a template may hold: text is escaped, markup is not, lists are joined, null and false leave nothing. */
export type Content = Html | string | number | null | false | readonly Content[]

/**
 * Markup with everything foreign in it escaped, for elements and for quoted attributes alike:
 *
 *     html`<td title="${message}">${name}</td>`
 */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Html {
  // The source is indented for its readers; thousands of cells need not be.
  const ours = strings.map((string) => string.replace(/\n\s*/g, '\n'))
  return new Html(ours.reduce((markup, string, i) => markup + render(contents[i - 1] ?? null) + string))
}

/** Our own markup, script or style from a file: never anything that a server, a user or a report said. */
export function trusted(markup: string): Html {
  return new Html(markup)
}

/**
 * A value as JSON inside a `<script type="application/json">`, which ends at the first `</script` and changes its way of
 * reading at `<!--`: without a `<` there is neither.
 */
export function jsonText(json: string): Html {
  return new Html(json.replaceAll('<', String.raw`\u003c`))
}

function render(content: Content): string {
  if (content === null || content === false) return ''
  if (content instanceof Html) return content.toString()
  if (typeof content === 'object') return content.map(render).join('')
  return plainText(String(content)).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
