/** One line of a page. */
export interface MetricSample {
  /** What stands between the braces, unparsed; empty without. `readLabel` reads it. */
  readonly labels: string
  /** Finite: lines with another value are left out. */
  readonly value: number
}

/** The samples of a page by their names, in the order of the page. */
export type MetricsPage = ReadonlyMap<string, readonly MetricSample[]>

/** Longer lines and further samples are left out: no server that we know comes near them. */
const MAX_LINE = 16_384
const MAX_SAMPLES = 50_000

/** Name, labels (quoted values may hold braces), value. What follows (a time stamp, an exemplar) is not read. */
const LABELLED = /^([^\s{}"]+)\s*\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\}\s*(\S+)/
const BARE = /^([^\s{}"]+)\s+(\S+)/

/**
 * Reads the text format of Prometheus, OpenMetrics, and mlc-llm's likeness of it (tabs, labels without quotes). Lines
 * that are none of these are skipped, whatever they are: never throws.
 */
export function parseMetricsText(text: string): MetricsPage {
  const page = new Map<string, MetricSample[]>()
  let count = 0
  for (let start = 0; start < text.length && count < MAX_SAMPLES;) {
    const newline = text.indexOf('\n', start)
    const end = newline === -1 ? text.length : newline
    const isSample = end > start && end - start <= MAX_LINE && text[start] !== '#'
    const sample = isSample ? parseLine(text.slice(start, end)) : null
    start = end + 1
    if (sample === null) continue
    count++
    const others = page.get(sample.name)
    if (others === undefined) page.set(sample.name, [sample])
    else others.push(sample)
  }
  return page
}

function parseLine(line: string): (MetricSample & { readonly name: string }) | null {
  const labelled = LABELLED.exec(line)
  const [, name, labels, value] = labelled ?? bare(BARE.exec(line))
  const number = Number(value)
  if (name === undefined || labels === undefined || !Number.isFinite(number)) return null
  return { name, labels, value: number }
}

function bare(match: RegExpExecArray | null): readonly (string | undefined)[] {
  return match === null ? [] : [match[0], match[1], '', match[2]]
}

const LABEL = /([^\s=,"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",]*))/g

/** The value of one label; null where there is no such label. */
export function readLabel(labels: string, name: string): string | null {
  for (const [, label, quoted, plain] of labels.matchAll(LABEL)) {
    if (label === name) return quoted === undefined ? (plain ?? '').trim() : unescape(quoted)
  }
  return null
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
}
