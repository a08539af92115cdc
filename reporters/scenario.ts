import type { CaseReport } from '../src/metrics/pool-trials.ts'
import { plainLine } from '../src/base/plain-text.ts'

/** What all runs have in common: model, dataset, arrivals. */
export function scenarioFacts(runs: readonly CaseReport[]): string[] {
  const facts = [
    theOnly(runs.map(({ target }) => target.model)),
    theOnly(runs.map(({ load }) => load.dataset)),
    theOnly(runs.map(({ load }) => load.arrival)),
  ]
  return facts.filter((fact) => fact !== null)
}

/** The suites that the names of all cases begin with: `chat`; null where they share none. */
export function commonSuite(runs: readonly CaseReport[]): string | null {
  const names = runs.map((run) => plainLine(run.case).split(' > ').slice(0, -1))
  const [first = []] = names
  const differsAt = first.findIndex((suite, i) => names.some((suites) => suites[i] !== suite))
  const common = differsAt < 0 ? first : first.slice(0, differsAt)
  return common.length === 0 ? null : common.join(' > ')
}

function theOnly(values: readonly (string | null)[]): string | null {
  const first = values[0] ?? null
  return first !== null && values.every((value) => value === first) ? plainLine(first) : null
}
