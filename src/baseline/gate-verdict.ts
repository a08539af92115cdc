import type { Verdict } from '../report.ts'
import type { GateResult } from './decide-regressions.ts'

/**
 * A decided gate as a verdict of the report. `observed` is the change as a share, + is worse (of failed requests, in shares
 * of the requests); the limit is in the message.
 */
export function gateVerdict({ gate, verdict, estimate, message }: GateResult): Verdict {
  const observed = gate === 'failed requests' ? estimate : Math.expm1(estimate)
  return {
    kind: 'baseline',
    objective: `${gate} no worse`,
    verdict,
    observed,
    limit: null,
    message: message.slice(message.indexOf(`  ${gate}`)).trimStart(),
  }
}
