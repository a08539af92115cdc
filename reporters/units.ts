import { MS_PER_SECOND, type Ms, type PerSecond } from '../src/base/units.ts'

/** What a table shows where nothing was measured. */
export const ABSENT = '–'

/** A span with its unit: `0.42 ms`, `60.4 ms`, `1.24 s`, `105 s`. Null becomes a dash. */
export function formatMs(ms: Ms | null): string {
  if (ms === null) return ABSENT
  return Math.abs(ms) < MS_PER_SECOND ? `${threeDigits(ms)} ms` : `${threeDigits(ms / MS_PER_SECOND)} s`
}

/** A running time as a clock shows it: `7s`, `1m 05s`, `2h 03m`. */
export function formatElapsed(ms: Ms): string {
  const seconds = Math.round(ms / MS_PER_SECOND)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${twoPlaces(seconds % 60)}s`
  return `${Math.floor(minutes / 60)}h ${twoPlaces(minutes % 60)}m`
}

/** Requests a second as asked for: `0.5`, `8`; `inf` for all at once (null). */
export function formatRequestRate(rate: PerSecond | null): string {
  return rate === null ? 'inf' : String(rate)
}

/** A number of tokens a second with its unit: `915.5 tok/s`, `1303 tok/s`. */
export function formatTokenRate(rate: PerSecond): string {
  return `${rate.toFixed(rate < MS_PER_SECOND ? 1 : 0)} tok/s`
}

/** A share from 0 to 1 in percent: `98.2 %`. */
export function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`
}

/** A number with a fixed number of decimals, so that a column lines up at the point. Null becomes a dash. */
export function formatFixed(value: number | null, decimals: number): string {
  return value === null ? ABSENT : value.toFixed(decimals)
}

/** A count with its noun: `1 case`, `16 cases`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function threeDigits(value: number): string {
  const size = Math.abs(value)
  if (size >= 99.95) return value.toFixed(0)
  return value.toFixed(size >= 9.995 ? 1 : 2)
}

function twoPlaces(value: number): string {
  return String(value).padStart(2, '0')
}
