import { FRAMEWORK_IDS, type CaseReport, type TargetFacts } from '../src/report.ts'
import { plainLine } from '../src/base/plain-text.ts'
import { rateText } from '../src/base/rate-text.ts'

/** Cases that stand under one heading: the same framework, version, variant and model. */
export interface Group {
  /** `vllm 0.4.1 base`: what a CI server keeps its history by, so the model is in it only where nothing else differs. */
  readonly label: string
  /** The label, with the model where the report has several. */
  readonly title: string
  readonly cases: readonly CaseReport[]
}

/** Sorted by framework, version, variant, then within a group by rising rate (all at once last) and case name. */
export function groupCases(cases: readonly CaseReport[]): Group[] {
  const severalModels = new Set(cases.map(({ target }) => target.model)).size > 1
  const byLabel = Map.groupBy(cases.toSorted(compareCases), ({ target }) => fullLabel(target))
  return [...byLabel].flatMap(([label, alike]) => {
    const byModel = [...Map.groupBy(alike, ({ target }) => target.model)]
    return byModel.map(([model, members]) => {
      const title = severalModels && model !== null ? `${label} · ${plainLine(model)}` : label
      return { label: byModel.length > 1 ? title : label, title, cases: members }
    })
  })
}

/** `vllm 0.4.1 base`, with the variant whatever it is; an unknown version is left out. What a CI server keeps its history by. */
export function fullLabel({ framework, version, variant }: TargetFacts): string {
  return [framework, version, variant]
    .filter((part) => part !== null)
    .map(plainLine)
    .filter(Boolean)
    .join(' ')
}

/**
 * Each case in words, for a line that stands away from its row: `vllm 0.4.1 base, 8 req/s`. Where two would read the
 * same, the name of the case is added.
 */
export function labelCases(cases: readonly CaseReport[]): Map<CaseReport, string> {
  const labelled = cases.map((row) => ({
    row,
    label: `${fullLabel(row.target)}, ${rateText(row.load.requestRate)}`,
  }))
  const labels = new Map<CaseReport, string>()
  for (const alike of Map.groupBy(labelled, ({ label }) => label).values()) {
    for (const { row, label } of alike) {
      labels.set(row, alike.length === 1 ? label : `${label}, ${plainLine(row.case)}`)
    }
  }
  return labels
}

function compareCases(a: CaseReport, b: CaseReport): number {
  return (
    FRAMEWORK_IDS.indexOf(a.target.framework) - FRAMEWORK_IDS.indexOf(b.target.framework) ||
    compareText(a.target.version ?? '', b.target.version ?? '') ||
    compareText(a.target.variant, b.target.variant) ||
    compareText(a.target.model ?? '', b.target.model ?? '') ||
    // Infinity minus Infinity is NaN, which is falsy like 0.
    (a.load.requestRate ?? Infinity) - (b.load.requestRate ?? Infinity) ||
    compareText(a.case, b.case)
  )
}

/** By code unit, so that the order does not depend on the machine's locale. */
function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
