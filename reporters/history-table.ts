import type { CaseHistory, Change } from '../src/baseline/history-series.ts'
import { changesOf, hasReplicates, versionValue } from '../src/baseline/history-series.ts'
import { plainLine } from '../src/base/plain-text.ts'
import { layOutGrid, paint, type GridCell, type GridColumn, type Style } from './text-grid.ts'
import { wrap } from './text-width.ts'
import { rateText } from '../src/base/rate-text.ts'
import { formatCount, formatFixed } from './units.ts'
import { VERDICT_MARKS } from '../src/verdict/case-verdict.ts'

export interface HistoryTableOptions {
  /** Paths such as `ttft.p50`, in the order of the columns. */
  readonly metrics: readonly string[]
  readonly width: number
  readonly color: boolean
}

const INDENT = '  '

/** One table for each case, a line for each version, with its change points marked in place and explained below. */
export function renderHistory(histories: readonly CaseHistory[], options: HistoryTableOptions): string {
  return `${histories.map((history) => caseTable(history, options).join('\n')).join('\n\n')}\n`
}

function caseTable(history: CaseHistory, { metrics, width, color }: HistoryTableOptions): string[] {
  const known = metrics.filter((metric) => history.versions.some((version) => versionValue(version, metric) !== null))
  const changes = known.flatMap((metric) => changesOf(history, metric))
  const columns: GridColumn[] = [
    { group: '', header: 'version', align: 'left' },
    { group: '', header: 'recorded', align: 'left' },
    { group: '', header: 'trials', align: 'right' },
    ...known.map((metric): GridColumn => ({ group: '', header: metric, align: 'right' })),
  ]
  const rows = history.versions.map((version, index) => [
    cell(plainLine(version.version)),
    cell(version.recordedAt.slice(0, 10)),
    cell(String(version.trials.length)),
    ...known.map((metric): GridCell => {
      const change = changes.find((each) => each.metric === metric && each.index === index)
      const text = formatFixed(versionValue(version, metric), 2)
      return change === undefined ? cell(text) : cell(`${markOf(change)} ${text}`, styleOf(change))
    }),
  ])
  const grid = layOutGrid(columns, rows, color)
  const notes = [
    ...changes.map((change) => ({ text: describeChange(change, history), style: styleOf(change) })),
    ...trustIn(history).map((text) => ({ text, style: 'dim' as const })),
  ]
  return [
    ...wrap(titleOf(history), width, INDENT).map((line) => paint(line, 'bold', color)),
    ...grid.head,
    ...grid.rows,
    ...notes.flatMap(({ text, style }) => wrap(text, width, INDENT).map((line) => paint(line, style, color))),
  ]
}

/** `vllm base · 8 req/s · serving > vllm 0.4.1 > 8 req/s · simulated` */
export function titleOf({ framework, variant, model, requestRate, simulated, case: name }: CaseHistory): string {
  return [`${framework} ${variant}`, rateText(requestRate), model, name, simulated ? 'simulated' : null]
    .filter((part) => part !== null)
    .map(plainLine)
    .join(' · ')
}

/** One line: `✗ ttft.p50 is worse by 7.3 % since 0.4.2: 70.00 -> 75.10`. */
export function describeChange(change: Change, { versions }: CaseHistory): string {
  const { metric, certainty, direction, before, after, index } = change
  const version = plainLine(versions[index]?.version ?? '')
  const size = `${Math.abs(100 * (after / before - 1)).toFixed(1)} %`
  const facts = `${metric} is ${direction} by ${size} since ${version}: ${before.toFixed(2)} -> ${after.toFixed(2)}`
  const doubt = ' (suspected: only the newest version shows it; measure it again)'
  return `${markOf(change)} ${facts}${certainty === 'suspected' ? doubt : ''}`
}

/** Why changes may be missed or invented; empty when there is nothing to say. */
export function trustIn(history: CaseHistory): string[] {
  const versions = formatCount(history.versions.length, 'version')
  if (history.versions.length < 3) return [`${versions}: from three on, changes are looked for.`]
  if (hasReplicates(history)) return []
  return [`One trial a version: what is noise is judged by the differences between the versions alone.`]
}

/** The sign of a change. */
export function markOf(change: Change): string {
  return VERDICT_MARKS[changeVerdict(change)]
}

/** What a change means for whoever reads it. */
export function changeVerdict({ certainty, direction }: Change): 'pass' | 'fail' | 'inconclusive' {
  if (certainty === 'suspected') return 'inconclusive'
  return direction === 'worse' ? 'fail' : 'pass'
}

const STYLES = { pass: 'green', fail: 'red', inconclusive: 'yellow' } as const

function styleOf(change: Change): Style {
  return STYLES[changeVerdict(change)]
}

function cell(text: string, style: Style | null = null): GridCell {
  return { text, style }
}
