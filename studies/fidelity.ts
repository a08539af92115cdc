/**
 * Writes the comparison of simulated and published tables into docs/simulator.md, between its markers.
 *
 *     npm run study:fidelity
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { withSection } from './doc-section.ts'
import {
  type Cells,
  COLUMNS,
  deviations,
  PUBLISHED,
  type PublishedRow,
  rowName,
  STUDY,
} from '../fixtures/published-study.ts'
import { MS_PER_SECOND } from '../src/base/units.ts'
import { findProfile } from '../src/frameworks/find-profile.ts'
import { drawStudy, simulateRow } from './simulate-row.ts'

const DRAWS = 20
const TTFT_P99 = COLUMNS.indexOf('TTFT P99')
const P50S = [COLUMNS.indexOf('TTFT P50'), COLUMNS.indexOf('TPOT P50')]

/** The whole comparison, with what it comes to. */
interface Fidelity {
  /** Rows in the order of the study: simulated, and by how much each cell misses its published one. */
  readonly rows: readonly { readonly published: PublishedRow; readonly cells: Cells; readonly off: readonly number[] }[]
  /** Of the absolute deviations of the cells that were published. */
  readonly median: number
  readonly cells: number
  readonly within5: number
  readonly within10: number
  readonly worstP50: number
}

/** All rows with the reconstructed lengths. */
export function measureFidelity(): Fidelity {
  const rows = PUBLISHED.map((published) => {
    const { cells } = simulateRow(findProfile(published.framework, published.variant), published, STUDY)
    return { published, cells, off: deviations(cells, published) }
  })
  const known = sortedSizes(rows.flatMap(({ off }) => off))
  return {
    rows,
    median: medianOf(known),
    cells: known.length,
    within5: known.filter((size) => size <= 0.05).length,
    within10: known.filter((size) => size <= 0.1).length,
    worstP50: Math.max(...rows.flatMap(({ off }) => P50S.map((column) => Math.abs(off[column]!)))),
  }
}

/** For each row, the deviations of `DRAWS` random draws of the length law. */
export function measureDraws(): { published: PublishedRow; off: number[][] }[] {
  const hazards = Object.fromEntries(
    ['lmdeploy', 'mlc-llm'].map((framework) => [framework, findProfile(framework).eosHazard]),
  )
  const draws = Array.from({ length: DRAWS }, (_, seed) => drawStudy(seed, hazards))
  return PUBLISHED.map((published) => {
    const profile = findProfile(published.framework, published.variant)
    return {
      published,
      off: draws.map((lengths) => deviations(simulateRow(profile, published, lengths).cells, published)),
    }
  })
}

/** Median absolute deviation of the means over draws, over all cells but P99 of TTFT. */
export function medianOfMeans(draws: ReturnType<typeof measureDraws>): number {
  const means = draws.flatMap(({ off }) => COLUMNS.map((_, column) => mean(off.map((row) => row[column]!))))
  return medianOf(sortedSizes(means.filter((_, index) => index % COLUMNS.length !== TTFT_P99)))
}

function fidelityText({ rows, median, cells, within5, within10, worstP50 }: Fidelity): string {
  const lines = rows.map(({ published, cells: simulated, off }) => {
    const texts = simulated.map((value, column) => cellText(value, published.cells[column]!, off[column]!, column))
    return `| ${rowName(published)} | ${texts.join(' | ')} |`
  })
  return [
    `${cells} cells: median absolute error ${percent(median)}, ${within5} within 5 %, ${within10} within 10 %, worst P50 ${percent(worstP50)}.`,
    '',
    ...header(COLUMNS.map((column) => (column === 'duration' ? 'duration, s' : `${column}, ms`))),
    ...lines,
  ].join('\n')
}

function drawsText(draws: ReturnType<typeof measureDraws>): string {
  const lines = draws.map(({ published, off }) => {
    const texts = COLUMNS.map((_, column) => {
      const values = off.map((row) => row[column]!)
      if (Number.isNaN(values[0])) return '-'
      return `${signed(mean(values))} (${signed(Math.min(...values))} to ${signed(Math.max(...values))})`
    })
    return `| ${rowName(published)} | ${texts.join(' | ')} |`
  })
  return [
    `${DRAWS} draws: median absolute error of the means, without P99 of TTFT, ${percent(medianOfMeans(draws))}.`,
    '',
    ...header(COLUMNS),
    ...lines,
  ].join('\n')
}

function header(columns: readonly string[]): string[] {
  return [`| row | ${columns.join(' | ')} |`, `|---|${'---|'.repeat(columns.length)}`]
}

function cellText(simulated: number, published: number, off: number, column: number): string {
  const scale = COLUMNS[column] === 'duration' ? MS_PER_SECOND : 1
  const digits = published / scale >= 1000 ? 0 : 1
  const text = (simulated / scale).toFixed(digits)
  return Number.isNaN(published) ? `${text} / -` : `${text} / ${(published / scale).toFixed(digits)} (${signed(off)} %)`
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

function signed(share: number): string {
  const text = (100 * share).toFixed(1)
  return share < 0 ? text : `+${text}`
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length
}

function sortedSizes(values: readonly number[]): number[] {
  return values
    .filter((value) => !Number.isNaN(value))
    .map(Math.abs)
    .toSorted((a, b) => a - b)
}

function medianOf(sorted: readonly number[]): number {
  const middle = (sorted.length - 1) / 2
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
}

if (import.meta.main) {
  const file = new URL('../docs/simulator.md', import.meta.url)
  const [study, draws] = [fidelityText(measureFidelity()), drawsText(measureDraws())]
  writeFileSync(file, withSection(withSection(readFileSync(file, 'utf8'), 'study', study), 'draws', draws))
  console.log(`${study}\n\n${draws}`)
}
