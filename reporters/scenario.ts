import type { CaseReport } from '../src/report.ts'
import { plainLine } from '../src/base/plain-text.ts'

/** What all cases have in common: model, dataset, arrivals. */
export function scenarioFacts(cases: readonly CaseReport[]): string[] {
  const facts = [
    theOnly(cases.map(({ target }) => target.model)),
    theOnly(cases.map(({ load }) => load.dataset)),
    theOnly(cases.map(({ load }) => load.arrival)),
  ]
  return facts.filter((fact) => fact !== null)
}

/** The suites that the names of all cases begin with: `chat`; null where they share none. */
export function commonSuite(cases: readonly CaseReport[]): string | null {
  const names = cases.map((row) => plainLine(row.case).split(' > ').slice(0, -1))
  const [first = []] = names
  const differsAt = first.findIndex((suite, i) => names.some((suites) => suites[i] !== suite))
  const common = differsAt < 0 ? first : first.slice(0, differsAt)
  return common.length === 0 ? null : common.join(' > ')
}

function theOnly(values: readonly (string | null)[]): string | null {
  const first = values[0] ?? null
  return first !== null && values.every((value) => value === first) ? plainLine(first) : null
}
