import type { Unit } from './metric.ts'

const UNITS: { readonly [U in Unit]: string } = {
  ms: 'ms',
  '1/s': 'req/s',
  'tokens/s': 'tok/s',
  tokens: 'tokens',
  requests: 'requests',
  share: '%',
}

/** A measured value as a person would write it: `60.4 ms`, `8.11 ms`, `287.6 tok/s`, `1.25 %`. */
export function formatValue(value: number, unit: Unit): string {
  const shown = unit === 'share' ? value * 100 : value
  const decimals = unit === 'tokens' || unit === 'requests' ? 0 : shown < 10 ? 2 : 1
  return `${shown.toFixed(decimals)} ${UNITS[unit]}`
}

/** A limit with exactly the digits it was stated with: `400 ms`, `4.5 req/s`, `1 %`. */
export function formatLimit(limit: number, unit: Unit): string {
  // Twelve digits hide that 0.07 times 100 is 7.000000000000001.
  return `${unit === 'share' ? Number((limit * 100).toPrecision(12)) : limit} ${UNITS[unit]}`
}
