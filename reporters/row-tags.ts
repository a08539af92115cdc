import type { CaseReport } from '../src/report.ts'
import type { Group } from './groups.ts'
import { plainLine } from '../src/base/plain-text.ts'

/** What tells rows apart that have the same framework, variant, rate and number of prompts. */
export interface RowTags {
  /** The heading of the extra column; empty where every row speaks for itself. */
  readonly header: readonly [] | readonly [string]
  readonly tags: ReadonlyMap<CaseReport, string>
  /** What the tags mean, a line each. */
  readonly legend: readonly string[]
}

/** A number whose legend is the name of the case. */
export function rowTags(groups: readonly Group[]): RowTags {
  const collisions = groups
    .flatMap(({ cases }) => [
      ...Map.groupBy(cases, ({ load, trials }) => `${load.requestRate} ${load.numPrompts * trials.length}`).values(),
    ])
    .filter(({ length }) => length > 1)
  const members = collisions.flat()
  if (members.length === 0) return { header: [], tags: new Map(), legend: [] }
  return {
    header: ['case'],
    tags: new Map(members.map((row, i) => [row, `#${i + 1}`])),
    legend: members.map((row, i) => `#${i + 1} ${plainLine(row.case)}`),
  }
}
