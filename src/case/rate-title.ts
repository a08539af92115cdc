import type { PerSecond } from '../base/units.ts'

/** How a request rate stands in the name of a case: `8 req/s`. */
export function rateTitle(requestRate: PerSecond): string {
  return requestRate === Infinity ? 'all at once' : `${requestRate} req/s`
}
