import { BenchError } from '../base/errors.ts'
import { MS_PER_SECOND } from '../base/units.ts'
import { metricPath } from '../metrics/find-metric.ts'
import { objectives, sloMetric, sloStatistic, type Objective } from './objectives.ts'
import type { Slo } from './slo.ts'

/**
 * Reads an SLO as it stands in an environment variable or on a command line:
 *
 *     ttft.p99<400, tpot.p99<100 ms, e2eLatency.p90<=12s, errorRate<=0, requestThroughput>=4.5
 *
 * The grammar, with white space allowed between any two tokens:
 *
 *     slo       = objective { "," objective } ;
 *     objective = name sign number [ unit ] ;
 *     name      = metric [ "." statistic ] ;          a statistic for the latencies, none for the others
 *     metric    = "ttft" | "errorRate" | ... ;        the ids of the metrics that an SLO may speak of (`src/metrics/catalog.ts`)
 *     statistic = "mean" | "min" | "p50" | "p75" | "p90" | "p95" | "p99" | "max" ;
 *     sign      = "<" | "<=" | ">" | ">=" ;           the limit itself is always within; latencies have only a maximum
 *     number    = digit { digit } [ "." digit { digit } ] [ "e" [ "+" | "-" ] digit { digit } ] ;
 *     unit      = "ms" | "s" ;                        for the latencies; ms when left out
 *
 * BenchError `bad-slo`, with a caret under the place, for a text that is none and for a name given twice; otherwise as
 * `objectives()`. The message calls the text by `name`, which is `The SLO` unless it is given.
 */
export function parseSlo(text: string, name = 'The SLO'): Slo {
  const slo: Record<string, Record<string, number>> = {}
  const scanner = createScanner(text, name)
  do parseObjective(scanner, slo)
  while (scanner.take(/,/y) !== null)
  if (!scanner.atEnd()) scanner.fail('expected "," or the end', 'Separate the objectives by commas.')
  objectives(slo)
  return slo
}

/** The inverse of `parseSlo`: one line, objectives in catalog order, times in ms. */
export function printSlo(slo: Slo): string {
  return objectives(slo).map(printObjective).join(', ')
}

function printObjective({ metric, statistic, bound, limit }: Objective): string {
  return `${metricPath(metric, statistic)}${bound === 'max' ? '<=' : '>='}${limit}`
}

function parseObjective(scanner: Scanner, slo: Record<string, Record<string, number>>): void {
  const id = scanner.expect(WORD, 'a metric', 'Write for instance ttft.p99<400.')
  const metric = scanner.locate(() => sloMetric(id))
  const latency = metric.kind === 'distribution'
  let statistic: string | null = null
  if (scanner.take(/\./y) !== null) {
    if (!latency) scanner.fail(`${id} has no statistics`, `Write ${id}<=0.`)
    const name = scanner.expect(WORD, 'a statistic', `Write for instance ${id}.p99<400.`)
    statistic = scanner.locate(() => sloStatistic(metric, name))
  } else if (latency) {
    scanner.fail(`${id} needs a statistic`, `Write for instance ${id}.p99<400.`)
  }
  const sign = scanner.expect(/[<>]=?/y, '"<", "<=", ">" or ">="', 'Write for instance ttft.p99<400.')
  if (latency && sign.startsWith('>')) scanner.fail(`${id} can only have a maximum`, 'Use "<" or "<=".')
  const digits = scanner.expect(NUMBER, 'a number', 'Give a number of at least 0, for instance 400 or 0.01.')
  const number = Number(digits)
  if (number === 0 && /^[^e]*[1-9]/.test(digits)) scanner.fail(`${digits} is too small to tell from 0`, 'Write 0.')
  const unit = latency ? scanner.take(/ms\b|s\b/y) : null
  const limits = (slo[id] ??= {})
  const key = statistic ?? (sign.startsWith('<') ? 'max' : 'min')
  if (key in limits)
    scanner.fail(`${id}${statistic === null ? '' : `.${statistic}`} is limited twice`, 'Keep one of the two.')
  limits[key] = unit === 's' ? number * MS_PER_SECOND : number
}

const WORD = /[a-z][a-z0-9]*/iy
const NUMBER = /\d+(?:\.\d+)?(?:e[+-]?\d+)?/iy

interface Scanner {
  /** The next token if it looks like this, white space around it skipped; else null. */
  take(pattern: RegExp): string | null
  expect(pattern: RegExp, what: string, remedy: string): string
  /** Runs a look-up of the last token, so that its error shows the place. */
  locate<T>(lookUp: () => T): T
  fail(what: string, remedy: string): never
  atEnd(): boolean
}

function createScanner(text: string, name: string): Scanner {
  let at = skipSpace(text, 0)
  let lastAt = at
  const failAt = (place: number, what: string, remedy: string): never => {
    throw new BenchError(`${name} cannot be read: ${what}.\n\n  ${text}\n  ${' '.repeat(place)}^\n\n`, {
      code: 'bad-slo',
      remedy,
    })
  }
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    const token = pattern.exec(text)?.[0]
    if (token === undefined) return null
    lastAt = at
    at = skipSpace(text, at + token.length)
    return token
  }
  return {
    take,
    expect: (pattern, what, remedy) => take(pattern) ?? failAt(at, `expected ${what}`, remedy),
    locate: (lookUp) => {
      try {
        return lookUp()
      } catch (error) {
        if (!(error instanceof BenchError)) throw error
        const what = error.message.slice(0, -error.remedy.length).trimEnd().replace(/\.$/, '')
        return failAt(lastAt, what, error.remedy)
      }
    },
    fail: (what, remedy) => failAt(lastAt, what, remedy),
    atEnd: () => at === text.length,
  }
}

function skipSpace(text: string, from: number): number {
  return from + (/^\s*/.exec(text.slice(from))?.[0].length ?? 0)
}
