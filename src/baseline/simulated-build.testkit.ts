import type { EngineProfile } from '../simulator/profile.ts'
import type { PerSecond } from '../base/units.ts'
import { createRandom, normal } from '../base/random.ts'
import { engineTrial } from './engine-trial.testkit.ts'
import type { Confirm } from './check-decision.ts'
import { STAGE_PAIRS } from './stage-pairs.ts'
import type { RegressionCase, StoredBaseline, Trial, TrialPairs } from './trial.ts'

/** One engine at one rate. */
export interface SimulatedCell {
  readonly framework: string
  readonly profile: EngineProfile
  readonly load: number
  readonly requestRate: PerSecond
}

export interface SimulatedBuild {
  readonly build: number
  readonly cells: readonly SimulatedCell[]
  readonly requests: number
}

/** What happened between baseline and candidate. */
export interface Scenario {
  /** The framework that became slower, and by which factor. */
  readonly slower?: { readonly framework: string; readonly factor: number }
  /** The baseline ran in another session, whose machine was faster or slower by `sd`: how many stages compare with it. */
  readonly stored?: { readonly stages: StoredBaseline['stages']; readonly sd: number }
}

/**
 * The builds of one number: every scenario sees the same seeds and the same noise, so that what they have in common is
 * simulated once.
 */
export function simulateBuild({ build, cells, requests }: SimulatedBuild): (scenario: Scenario) => {
  cases: RegressionCase[]
  confirm: Confirm
} {
  const trials = new Map<string, Trial>()
  const trial = (cell: SimulatedCell, index: number, side: 'baseline' | 'candidate', speed: number): Trial => {
    const key = [cell.framework, cell.load, index, side, speed].join(' ')
    const known = trials.get(key) ?? runTrial(cell, index, side, speed)
    trials.set(key, known)
    return known
  }
  const runTrial = (cell: SimulatedCell, index: number, side: string, slowdown: number): Trial =>
    engineTrial({
      profile: cell.profile,
      requestRate: cell.requestRate,
      requests,
      seed: 100 * build + index,
      noise: Math.floor(createRandom(100 * build + index, `${cell.framework} ${cell.load} ${side}`).next() * 2 ** 32),
      slowdown,
    })

  return ({ slower, stored }) => {
    const pairs = (cell: SimulatedCell, stage: 1 | 2 | 3): TrialPairs => {
      const first = 10 * stage
      const isStored = stored !== undefined && (stage === 1 || stored.stages === 'always')
      const session = isStored
        ? Math.exp(stored.sd * Math.SQRT2 * normal(createRandom(build, `session ${cell.framework}`)))
        : 1
      const factor = slower?.framework === cell.framework ? slower.factor : 1
      const indices = Array.from({ length: STAGE_PAIRS[stage] }, (_, i) => first + i)
      return {
        baseline: indices.map((index) => trial(cell, index, 'baseline', session)),
        candidate: indices.map((index) => trial(cell, index, 'candidate', factor)),
      }
    }
    const idOf = ({ framework, load }: SimulatedCell): string => `${framework} at ${load}`
    return {
      cases: cells.map((cell) => ({
        id: idOf(cell),
        framework: cell.framework,
        requestRate: cell.load,
        ...pairs(cell, 1),
      })),
      confirm: (id, stage) =>
        pairs(
          cells.find((cell) => idOf(cell) === id)!,
          stage,
        ),
    }
  }
}
