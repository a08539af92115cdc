/**
 * Whether a released version is older than `major.minor`: `0.4.1`, `v0.4.1`, `0.6.0rc1`. Null where there is none, or
 * where it begins with no number.
 */
export function isOlder(version: string | null, major: number, minor: number): boolean | null {
  const parts = /^v?(\d+)(?:\.(\d+))?/.exec(version ?? '')
  if (parts === null) return null
  const [itsMajor, itsMinor] = [Number(parts[1]), Number(parts[2] ?? 0)]
  return itsMajor < major || (itsMajor === major && itsMinor < minor)
}
