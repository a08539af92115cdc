import type { Histogram } from '../server-metrics.ts'

/** One number with its labels. */
export type Sample = readonly [labels: Readonly<Record<string, string>>, value: number]

/** The content type of the text format. */
export const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8'

/** A family of the text format: help, type, and one line for each sample. */
export function family(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  samples: readonly Sample[],
  write: (value: number) => string = String,
): string {
  const lines = samples.map(([labels, value]) => `${name}${braced(labels)} ${write(value)}`)
  return [...header(name, type, help), ...lines, ''].join('\n')
}

/** A histogram as Python's client writes it: cumulated buckets, count, sum. */
export function histogramFamily(
  name: string,
  help: string,
  labels: Readonly<Record<string, string>>,
  { bounds, counts, sum }: Histogram,
): string {
  let total = 0
  // Written once: in virtual time a page is asked for every few milliseconds.
  const others = braced(labels).slice(1)
  const buckets = counts.map((count, i) => {
    total += count
    const le = i < bounds.length ? pythonFloat(bounds[i]!) : '+Inf'
    return `${name}_bucket{le="${le}",${others} ${pythonFloat(total)}`
  })
  const ends = [
    `${name}_count${braced(labels)} ${pythonFloat(total)}`,
    `${name}_sum${braced(labels)} ${pythonFloat(sum)}`,
  ]
  return [...header(name, 'histogram', help), ...buckets, ...ends, ''].join('\n')
}

/** `1.0` for 1, as Python writes every float. */
export function pythonFloat(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value)
}

function header(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`]
}

function braced(labels: Readonly<Record<string, string>>): string {
  const quoted = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `{${quoted.join(',')}}`
}
