import { styleClass, type Chart } from './chart.ts'
import { simulatedTag } from './simulated.ts'
import { html, jsonText, type Content, type Html } from './html.ts'

/** A plot and its words. */
export interface Panel {
  /** Stands above the plot; null where the figure has only this one. */
  readonly title: string | null
  /** What a reader who cannot see the plot is told of it. */
  readonly description: string
  readonly chart: Chart
}

/** A line of the legend. */
export interface LegendEntry {
  readonly label: string
  readonly style: number
  readonly simulated: boolean
}

export interface Figure {
  readonly id: string
  readonly title: string
  /** How to read it, and what it shows. */
  readonly caption: Content
  readonly legend: readonly LegendEntry[]
  /** `grid` sets panels beside each other, `stack` under each other over one time axis. */
  readonly layout: 'grid' | 'stack'
  readonly panels: readonly Panel[]
  /** The numbers behind it. */
  readonly numbers: Html
}

/** A figure: heading, legend, plots, caption, and its numbers to unfold. */
export function renderFigure({ id, title, caption, legend, layout, panels, numbers }: Figure): Html {
  return html`<figure id="${id}" class="${layout}" aria-labelledby="${id}-title">
    <h3 id="${id}-title">${title}</h3>
    ${renderLegend(legend)}
    <div class="panels">${panels.map(renderPanel)}</div>
    <figcaption>${caption}</figcaption>
    <details class="numbers">
      <summary>Numbers behind ${title}</summary>
      ${numbers}
    </details>
  </figure> `
}

function renderPanel({ title, description, chart }: Panel): Html {
  return html`<div class="panel">
    ${title !== null && html`<h4>${title}</h4>`}
    <div class="plot" role="img" aria-label="${description}"></div>
    <p class="readout" aria-hidden="true"></p>
    <script type="application/json" class="chart">
      ${jsonText(JSON.stringify(chart))}
    </script>
  </div> `
}

function renderLegend(entries: readonly LegendEntry[]): Html | null {
  if (entries.length === 0) return null
  return html`<ul class="legend">
    ${entries.map(
      ({ label, style, simulated }) =>
        html`<li>
          <svg class="${styleClass(style)}" viewBox="0 0 28 8" aria-hidden="true">
            <line x1="1" y1="4" x2="27" y2="4" /></svg
          >${label} ${simulated && simulatedTag}
        </li>`,
    )}
  </ul> `
}
