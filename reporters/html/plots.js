// Draws the plots of a page with uPlot, after which it runs, inline and as it is. Without it every number is there, too.

/**
 * @typedef {import('./chart.ts').Chart} Chart
 * @typedef {import('./chart.ts').ChartAxis} ChartAxis
 * @typedef {import('./chart.ts').ChartSeries} ChartSeries
 * @typedef {import('./chart.ts').PlainSeries} PlainSeries
 * @typedef {import('./chart.ts').ReportColumn} ReportColumn
 * @typedef {import('uplot')} uPlot
 */

/** In step with the strokes of the legend in page.css. */
const DASHES = [[], [8, 3], [2, 2], [8, 3, 2, 3]]
const STYLES = 8

/** A line of few values shows where they are. */
const MOST_MARKED_VALUES = 30

document.documentElement.classList.add('scripted')
drawPlots()

/** Draws each plot when it comes into view, and again when its width or the colours change. */
function drawPlots() {
  /** @type {Map<Element, uPlot>} */
  const drawn = new Map()
  /** @param {Element} plot */
  const draw = (plot) => {
    drawn.get(plot)?.destroy()
    drawn.set(plot, drawPlot(/** @type {HTMLElement} */ (plot)))
  }
  const plots = document.querySelectorAll('.plot')
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting && !drawn.has(target)) draw(target)
    },
    { rootMargin: '300px' },
  )
  const resized = new ResizeObserver((entries) => {
    for (const { target, contentRect } of entries) {
      const plot = drawn.get(target)
      if (plot !== undefined && contentRect.width > 0 && Math.round(contentRect.width) !== plot.width)
        plot.setSize({ width: Math.round(contentRect.width), height: plot.height })
    }
  })
  for (const plot of plots) {
    seen.observe(plot)
    resized.observe(plot)
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const plot of drawn.keys()) draw(plot)
  })
  addEventListener('beforeprint', () => {
    for (const plot of plots) if (!drawn.has(plot) && plot.clientWidth > 0) draw(plot)
  })
}

/** @param {HTMLElement} plot @returns {uPlot} */
function drawPlot(plot) {
  const panel = /** @type {HTMLElement} */ (plot.parentElement)
  /** @type {Chart} */
  const chart = JSON.parse(panel.querySelector('script.chart')?.textContent ?? '')
  const colours = getComputedStyle(plot)
  /** @param {string} name */
  const colour = (name) => colours.getPropertyValue(`--${name}`)
  const readout = panel.querySelector('.readout')
  const series = chart.series.map(plainSeries)
  const data = alignedData(series, chart)
  /** @param {ChartAxis} axis @returns {uPlot.Axis} */
  const plotAxis = (axis) => ({
    stroke: colour('quiet'),
    grid: { stroke: colour('line'), width: 1, ...(axis.log ? { filter: decadesOnly } : {}) },
    ticks: { show: false },
    labelGap: 0,
    labelSize: axis.label === '' ? 0 : 18,
    label: axis.label,
    labelFont: '12px system-ui, sans-serif',
    values: tickText(axis),
    ...(axis.names === null ? {} : { incrs: [1, 2, 5, 10, 20, 50, 100], space: 110 }),
  })
  return new uPlot(
    {
      width: plot.clientWidth,
      height: plot.clientHeight,
      padding: [12, 20, 0, 0],
      legend: { show: false },
      cursor: { ...(chart.sync === null ? {} : { sync: { key: chart.sync } }), points: { size: 7 }, y: false },
      scales: { x: { time: false, ...xScale(chart.x, data[0]) }, y: yScale(chart) },
      axes: [
        { ...plotAxis(chart.x), size: 30 },
        { ...plotAxis(chart.y), size: 56 },
      ],
      series: [{}, ...series.map((one) => plotSeries(one, colour))],
      bands: bandsBetween(series, colour),
      hooks: {
        draw: [(u) => drawLimits(u, chart, colour)],
        setCursor: [
          (u) => {
            if (readout !== null) readout.textContent = readoutText(u, chart, data)
          },
        ],
      },
    },
    data,
    plot,
  )
}

/** Each series has an x of its own; uPlot wants one for all. @param {PlainSeries[]} series @param {Chart} chart @returns {uPlot.AlignedData} */
function alignedData(series, { x, y }) {
  /** @param {number | null} value @param {ChartAxis} axis */
  const shown = (value, axis) => (value !== null && axis.log && value <= 0 ? null : value)
  return uPlot.join(
    series.map((one) => {
      const points = one.x.map((at, i) => /** @type {const} */ ([at, shown(one.y[i] ?? null, y)]))
      const kept = points.filter(([at]) => shown(at, x) !== null)
      return [kept.map(([at]) => at), kept.map(([, value]) => value)]
    }),
  )
}

/** The series with its numbers, wherever they are. @param {ChartSeries} series @returns {PlainSeries} */
function plainSeries(series) {
  return { ...series, x: /** @type {number[]} */ (numbersOf(series.x)), y: numbersOf(series.y) }
}

/** @param {readonly (number | null)[] | ReportColumn} numbers @returns {readonly (number | null)[]} */
function numbersOf(numbers) {
  if (!('coding' in numbers)) return numbers
  const { path, coding } = numbers
  const kept = path.reduce((value, name) => value[name], rawReport())
  switch (coding) {
    case 'plain':
      return kept
    case 'plain-ms':
      return kept.map((/** @type {number} */ ms) => ms / 1000)
    case 'index':
      return kept.map((/** @type {unknown} */ _, /** @type {number} */ i) => i)
    case 'ms': {
      const times = decode(kept, 8, (view, at) => view.getFloat64(at, true))
      return times.map((ms) => (ms - (times[0] ?? 0)) / 1000)
    }
    default: {
      const { smallestMs, step, absent } = coding
      return decode(kept, 2, (view, at) => view.getUint16(at, true)).map((code) =>
        code === absent ? null : smallestMs * Math.exp(code * step),
      )
    }
  }
}

/** @param {string} base64 @param {number} width @param {(view: DataView, at: number) => number} read */
function decode(base64, width, read) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const view = new DataView(bytes.buffer)
  return Array.from({ length: bytes.length / width }, (_, i) => read(view, i * width))
}

/** @type {any} Parsed when the first plot needs it, because it is the largest part of the page. */
let parsedReport
function rawReport() {
  parsedReport ??= JSON.parse(document.querySelector('script#report')?.textContent ?? '')
  return parsedReport
}

/** @param {PlainSeries} series @param {(name: string) => string} colour @returns {uPlot.Series} */
function plotSeries({ shape, style, x }, colour) {
  const isNeutral = style < 0
  if (shape === 'edge') return { width: 0, points: { show: false } }
  const stroke = isNeutral ? colour('quiet') : colour(`s${style % STYLES}`)
  if (shape === 'points')
    return { stroke, paths: () => null, points: { show: true, size: 4, width: 1, stroke, fill: `${stroke}33` } }
  return {
    stroke,
    width: isNeutral ? 1 : 2,
    // The corners of steps say nothing in dashes.
    dash: isNeutral ? [4, 4] : shape === 'steps' ? [] : (DASHES[style % DASHES.length] ?? []),
    spanGaps: true,
    points: { show: !isNeutral && x.length <= MOST_MARKED_VALUES, size: 6, fill: stroke },
    ...(shape === 'steps' && uPlot.paths.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
  }
}

/**
 * Two edges that follow each other, the upper one first, enclose a band.
 * @param {PlainSeries[]} series @param {(name: string) => string} colour @returns {uPlot.Band[]}
 */
function bandsBetween(series, colour) {
  return series.flatMap(({ shape, style }, i) =>
    shape === 'edge' && series[i + 1]?.shape === 'edge'
      ? [{ series: [i + 1, i + 2], fill: `${colour(`s${style % STYLES}`)}33` }]
      : [],
  )
}

/**
 * All data, or as far as panels that are compared reach; whatever is zoomed into.
 * @param {ChartAxis} axis @param {ArrayLike<number>} values @returns {uPlot.Scale}
 */
function xScale({ log, min, max }, values) {
  const first = values[0] ?? 0
  const last = values[values.length - 1] ?? 1
  return {
    ...spacing(log),
    range: (_, from, to) => {
      if (from !== first || to !== last) return [from, to]
      const low = min ?? first
      const high = max ?? last
      if (log) return uPlot.rangeLog(low, high, 10, false)
      return low < high ? [low, high] : [low - 0.5, high + 0.5]
    },
  }
}

/** @param {boolean} log @returns {uPlot.Scale} */
function spacing(log) {
  // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- the enum is one of the types only
  return { distr: log ? 3 : 1 }
}

/** Limits are in view. @param {Chart} chart @returns {uPlot.Scale} */
function yScale({ y: { log, min, max, fromZero }, limits }) {
  const levels = limits.filter(({ axis }) => axis === 'y').map(({ value }) => value)
  return {
    ...spacing(log),
    range: (_, from, to) => {
      const low = Math.min(min ?? from ?? 1, ...levels)
      const high = Math.max(max ?? to ?? 1, ...levels)
      if (log) return uPlot.rangeLog(low, high, 10, false)
      if (!fromZero) return [low, high]
      return [Math.min(0, low), high > 0 ? high * 1.06 : 1]
    },
  }
}

/** @param {uPlot} u @param {Chart} chart @param {(name: string) => string} colour */
function drawLimits(u, { limits }, colour) {
  const { ctx, bbox } = u
  ctx.save()
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio])
  ctx.textBaseline = 'alphabetic'
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`
  for (const { axis, value, label, tone } of limits) {
    ctx.strokeStyle = colour(tone)
    ctx.fillStyle = colour(tone)
    const at = u.valToPos(value, axis, true)
    const isInside =
      axis === 'y' ? at >= bbox.top && at <= bbox.top + bbox.height : at >= bbox.left && at <= bbox.left + bbox.width
    if (!isInside) continue
    ctx.beginPath()
    if (axis === 'y') {
      ctx.moveTo(bbox.left, at)
      ctx.lineTo(bbox.left + bbox.width, at)
      ctx.textAlign = 'left'
      ctx.fillText(label, bbox.left + 4 * devicePixelRatio, at - 4 * devicePixelRatio)
    } else {
      ctx.moveTo(at, bbox.top)
      ctx.lineTo(at, bbox.top + bbox.height)
      const isLate = at > bbox.left + bbox.width / 2
      ctx.textAlign = isLate ? 'right' : 'left'
      ctx.fillText(label, at + (isLate ? -4 : 4) * devicePixelRatio, bbox.top + bbox.height - 6 * devicePixelRatio)
    }
    ctx.stroke()
  }
  ctx.restore()
}

/** The values under the cursor. @param {uPlot} u @param {Chart} chart @param {uPlot.AlignedData} data */
function readoutText({ cursor: { idx } }, chart, data) {
  if (idx == null) return ''
  const at = data[0][idx]
  const values = chart.series.flatMap(({ label, style }, i) => {
    const value = data[i + 1]?.[idx]
    return value == null || style < 0 ? [] : [`${label} ${valueText(value, chart.y)}`]
  })
  return at === undefined || values.length === 0 ? '' : `${valueText(at, chart.x)}: ${values.join(' · ')}`
}

/** Of the lines between 1, 10 and 100 there would be too many. @type {uPlot.Axis.Filter} */
function decadesOnly(_, splits) {
  return splits.map((value) => (Number.isInteger(Math.log10(value)) ? value : null))
}

/** @param {ChartAxis} axis @returns {(u: uPlot, splits: (number | null)[]) => (string | null)[]} */
function tickText(axis) {
  return (_, splits) => splits.map((value) => (value === null ? null : valueText(value, axis)))
}

/** @param {number} value @param {ChartAxis} axis */
function valueText(value, { unit, names }) {
  if (names !== null) return names[value] ?? ''
  if (unit === 'share') return `${digits(value * 100)} %`
  if (unit === 'ms') return value >= 1000 ? `${digits(value / 1000)} s` : `${digits(value)} ms`
  return unit === 's' ? `${digits(value)} s` : digits(value)
}

/** @param {number} value */
function digits(value) {
  return String(Number(value.toPrecision(4)))
}
