import type { CaseReport } from '../../src/report.ts'
import { html, type Html } from './html.ts'

/** Stands beside every number that no server gave. */
export const simulatedTag: Html = html`<span class="tag">simulated</span>`

/** Whether a number made of these cases is, in part, a simulated one. */
export function isSimulated(cases: readonly CaseReport[]): boolean {
  return cases.some(({ target }) => target.simulated)
}
