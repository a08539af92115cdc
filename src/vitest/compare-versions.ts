import { describe, inject } from 'vitest'
import { checkMargins } from '../baseline/check-decision.ts'
import { checkComparison } from '../case/check-options.ts'
import { compareRates, refuseOneServer, type ComparisonOptions } from '../case/compare-rates.ts'
import { resolveInconclusive } from '../case/resolve-case.ts'
import { targetLabel } from '../frameworks/target.ts'
import { shareOfChance } from './bench-file.ts'
import { test } from './load-fixture.ts'
import { releaseServerAfterAll } from './servers.ts'
import { settings } from './settings.ts'
import { atCallSite, captureCallSite } from './call-site.ts'

export type { ComparisonOptions }

/**
 * A bench case that asks whether one version is slower than another when both can be run now: no baseline is stored.
 *
 * Trials of both are interleaved, A B B A, with the same seeds on both sides, so that what drifts falls on both alike and two
 * launches in turn restart half as often. Three pairs at every rate; where a gate looks worse, five fresh pairs, and five
 * more while that is open (`decideRegressions`). It fails with one line for each gate that got worse, and for each rate at which
 * a trial stayed invalid after two repeats: that rate is given up, the others are judged.
 *
 *     compareVersions('upgrade', { baseline: vllm({ version: '0.6.3', url: a }), candidate: vllm({ version: '0.7.0', url: b }), requestRates: [2, 5] })
 */
export function compareVersions(name: string, options: ComparisonOptions): void {
  const frames = captureCallSite(compareVersions)
  checkComparison(name, options)
  checkMargins(options.margins)
  const { baseline, candidate } = options
  describe(name, () => {
    for (const target of [baseline, candidate]) releaseServerAfterAll(target)
    test('compared', { meta: { serving: { framework: targetLabel(candidate) } } }, async ({ load, task }) => {
      const [project, variables] = settings()
      try {
        refuseOneServer(options, variables)
        await compareRates(load, options, {
          margins: { ...inject('servingBench').margins, ...options.margins },
          falseFailChance: shareOfChance((task.meta.serving ??= {})),
          inconclusive: resolveInconclusive(null, project, variables),
        })
      } catch (error) {
        throw atCallSite(error, frames)
      }
    })
  })
}
