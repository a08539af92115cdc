import { changesOf, versionSpread, type CaseHistory, type Change } from '../../src/baseline/history-series.ts'
import { changeVerdict, describeChange, markOf } from '../history-table.ts'
import { plainLine } from '../../src/base/plain-text.ts'
import { truncate } from '../text-width.ts'
import { formatCount } from '../units.ts'
import { largest, smallest } from './chart.ts'
import { html, type Html } from './html.ts'

/** The drawing in its own units; the page scales it. */
const WIDTH = 360
const HEIGHT = 170
const LEFT = 52
const RIGHT = 16
const TOP = 24
const BOTTOM = 24

/** At least this part of the middle value is shown above and below it, so that noise does not fill the plot. */
const LEAST_REACH = 0.1

/** Cells of a version's name under the axis. */
const MOST_CELLS = 18

/** One metric of one case over its versions: points, the band of their trials, levels, and the changes between them. */
export function historyPlot(history: CaseHistory, metric: string): Html | null {
  const points = history.versions.flatMap((version, index) => {
    const spread = versionSpread(version, metric)
    return spread === null ? [] : [{ index, version: plainLine(version.version), ...spread }]
  })
  const [first] = points
  const last = points.at(-1)
  if (first === undefined || last === undefined) return null
  const changes = changesOf(history, metric)
  const { x, y, bottom, top } = scales(points, history.versions.length)
  const label = [
    `${metric} over ${formatCount(points.length, 'version')}, from ${value(first.mean)} to ${value(last.mean)}.`,
    ...changes.map((change) => `${describeChange(change, history)}.`),
  ].join(' ')
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${label}">
    <path class="frame" d="M${LEFT} ${TOP}V${HEIGHT - BOTTOM}H${WIDTH - RIGHT}" />
    <text x="${LEFT - 6}" y="${TOP + 4}" text-anchor="end">${value(top)}</text>
    <text x="${LEFT - 6}" y="${HEIGHT - BOTTOM}" text-anchor="end">${value(bottom)}</text>
    <text x="${LEFT}" y="${HEIGHT - 6}">${truncate(first.version, MOST_CELLS)}</text>
    ${
      points.length > 1 &&
      html`<text x="${WIDTH - RIGHT}" y="${HEIGHT - 6}" text-anchor="end">${truncate(last.version, MOST_CELLS)}</text>`
    }
    <path
      class="band"
      d="${path(points, ({ index, most }) => [x(index), y(most)])}${path(points.toReversed(), ({ index, least }) => [x(index), y(least)]).replace('M', 'L')}Z"
    />
    ${levels(changes, points, x, y)}
    <path class="course" d="${path(points, ({ index, mean }) => [x(index), y(mean)])}" />
    ${points.map(
      ({ index, version, mean, least, most, trials }) =>
        html`<circle cx="${x(index)}" cy="${y(mean)}" r="3">
          <title>
            ${version}: ${value(mean)}${trials > 1 && ` (${value(least)} to ${value(most)} in ${trials} trials)`}
          </title>
        </circle> `,
    )}
    ${changes.map((change) => changeMark(change, (x(change.index) + x(change.index - 1)) / 2))}
  </svg>`
}

interface Point {
  readonly index: number
  readonly mean: number
  readonly least: number
  readonly most: number
}

type Scale = (value: number) => number

function scales(points: readonly Point[], versions: number): { x: Scale; y: Scale; bottom: number; top: number } {
  const low = smallest(points.map(({ least }) => least))
  const high = largest(points.map(({ most }) => most))
  const middle = (low + high) / 2
  const reach = Math.max((high - low) * 0.6, middle * LEAST_REACH)
  const bottom = Math.max(0, middle - reach)
  const top = middle + reach
  const round = (place: number): number => Number(place.toFixed(1))
  return {
    x: (index) => round(LEFT + 10 + ((WIDTH - LEFT - RIGHT - 20) * index) / Math.max(1, versions - 1)),
    y: (each) => round(HEIGHT - BOTTOM - ((HEIGHT - TOP - BOTTOM) * (each - bottom)) / (top - bottom)),
    bottom,
    top,
  }
}

function path<T>(points: readonly T[], place: (point: T) => readonly [x: number, y: number]): string {
  return points.map((point, i) => `${i === 0 ? 'M' : 'L'}${place(point).join(' ')}`).join('')
}

/** The mean of the versions between two changes, as the change was judged by. */
function levels(changes: readonly Change[], points: readonly Point[], x: Scale, y: Scale): Html[] {
  return changes.flatMap((change, i) => {
    const next = changes[i + 1]?.index ?? Infinity
    const previous = changes[i - 1]?.index ?? -Infinity
    const before = points.filter(({ index }) => index >= previous && index < change.index)
    const after = points.filter(({ index }) => index >= change.index && index < next)
    return [level(before, change.before, x, y), ...(next === Infinity ? [level(after, change.after, x, y)] : [])]
  })
}

function level(points: readonly Point[], mean: number, x: Scale, y: Scale): Html {
  return html`<path class="level" d="M${x(points[0]?.index ?? 0)} ${y(mean)}H${x(points.at(-1)?.index ?? 0)}" />`
}

/** A line between the two versions, and above it the sign and the size. */
function changeMark(change: Change, at: number): Html {
  const percent = 100 * (change.after / change.before - 1)
  const anchor = at > WIDTH - RIGHT - 40 ? 'end' : at < LEFT + 40 ? 'start' : 'middle'
  return html`<g class="change ${changeVerdict(change)}">
    <path d="M${at} ${TOP}V${HEIGHT - BOTTOM}" />
    <text x="${at}" y="${TOP - 8}" text-anchor="${anchor}">
      ${markOf(change)} ${percent > 0 ? '+' : '−'}${Math.abs(percent).toFixed(1)} %
    </text>
  </g>`
}

/** Three digits: the numbers are in the table. */
function value(number: number): string {
  return number >= 100 ? number.toFixed(0) : String(Number(number.toPrecision(3)))
}
