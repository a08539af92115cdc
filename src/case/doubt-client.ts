import type { RunReport } from '../report.ts'
import { judgeClient } from '../slo/judge-client.ts'
import type { Slo } from '../slo/slo.ts'

/** Marks the trials as invalid whose client errs by more than these objectives can bear. Once said is enough. */
export function doubtClient(trials: readonly RunReport[], slo: Slo): void {
  for (const { validity, verdicts } of trials) {
    const known = new Set(verdicts.map(({ objective }) => objective))
    verdicts.push(...judgeClient(validity.client, slo).filter(({ objective }) => !known.has(objective)))
  }
}
