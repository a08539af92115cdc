import type { ConnectionFacts } from './transport.ts'

/** All but the times; `http2` may be undefined where a report was read. */
type Counts = Pick<ConnectionFacts, 'opened' | 'reused' | 'resent'> & { readonly http2?: number | undefined }

/** What became of the connections of several lanes, or of several trials, together. */
export function sumConnections(all: readonly Counts[]): Omit<ConnectionFacts, 'connectMs'> {
  const sum = (pick: (counts: Counts) => number): number => all.reduce((total, each) => total + pick(each), 0)
  return {
    opened: sum(({ opened }) => opened),
    ...(all.some(({ http2 }) => http2 !== undefined) && { http2: sum(({ http2 = 0 }) => http2) }),
    reused: sum(({ reused }) => reused),
    resent: sum(({ resent }) => resent),
  }
}
