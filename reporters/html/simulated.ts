import type { CaseReport } from '../../src/metrics/pool-trials.ts'
import { html, type Html } from './html.ts'

/** Stands beside every number that no server gave. */
export const simulatedTag: Html = html`<span class="tag">simulated</span>`

/** Whether a number made of these runs is, in part, a simulated one. */
export function isSimulated(runs: readonly CaseReport[]): boolean {
  return runs.some(({ target }) => target.simulated)
}
