import type { RegressionVerdict } from './verdict.ts'

/** A gate of TTFT that was decided on its first pairs, with a margin of 5 %. */
export function madeUpGate(
  differences: Pick<RegressionVerdict, 'verdict' | 'estimate' | 'low' | 'high'> & Partial<RegressionVerdict>,
): RegressionVerdict {
  return {
    kind: 'regression',
    overruled: null,
    gate: 'TTFT typical',
    margin: 0.05,
    pairs: 5,
    fresh: false,
    unconfirmed: false,
    holm: null,
    failures: null,
    noise: null,
    versionChange: null,
    ...differences,
  }
}
