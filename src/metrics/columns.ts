import { BenchError } from '../base/errors.ts'
import type { FailureKind, RequestRecord } from '../record.ts'
import type { RequestColumns } from '../report.ts'
import type { Ms } from '../base/units.ts'
import { e2eLatency } from './e2e-latency.ts'
import { queueLateness } from './queue-lateness.ts'
import { tpot } from './tpot.ts'
import { ttft } from './ttft.ts'

/**
 * The log code of a time, here and in the page of a report: `round(ln(ms / smallestMs) / step)`, so that code 0 is the shortest
 * time that can be told from a shorter one. Half a step is 0.025 %: the largest error of a decoded time.
 */
export const TIME_CODE = { smallestMs: 0.001, step: 0.0005, absent: 65_535 } as const
/** By bytes: of 2 where every count of the column has room, else of 4. */
const UNKNOWN_COUNT = { 2: 65_535, 4: 4_294_967_295 } as const

/** The requests of a run in arrival order, one array each, all of length `count`. null = absent or failed. */
export interface DecodedRequests {
  readonly count: number
  readonly dueAt: readonly Ms[]
  readonly lateness: readonly (Ms | null)[]
  readonly ttft: readonly (Ms | null)[]
  readonly tpot: readonly (Ms | null)[]
  readonly e2eLatency: readonly (Ms | null)[]
  readonly promptTokens: readonly (number | null)[]
  readonly outputTokens: readonly (number | null)[]
  readonly failures: readonly { readonly index: number; readonly kind: FailureKind }[]
}

/**
 * Packs every request into base64 columns: 2 bytes for each time, 2 or 4 for each count, 8 for each due time, all little
 * endian. A time becomes a log code, `round(ln(ms / 0.001) / 0.0005)`, which reaches from 0.001 ms to five years with
 * an error of at most 0.025 %; shorter times decode as 0.001 ms.
 *
 * `failures[].index` counts positions in `records`. BenchError `bad-report`, naming the request, for a count that is none or has
 * no room in 4 bytes, and for a time that is NaN.
 */
export function encodeRequests(records: readonly RequestRecord[]): RequestColumns {
  const times = (samples: (record: RequestRecord) => readonly number[]): string =>
    encodeTimes(records.map((record) => samples(record)[0] ?? null))
  return {
    count: records.length,
    dueAt: encode(records.length, 8, (view, i, at) => view.setFloat64(at, records[i]?.dueAt ?? 0, true)),
    lateness: times(queueLateness.samples),
    ttft: times(ttft.samples),
    tpot: times(tpot.samples),
    e2eLatency: times(e2eLatency.samples),
    promptTokens: encodeCounts(records, 'promptTokens'),
    outputTokens: encodeCounts(records, 'outputTokens'),
    failures: records.flatMap(({ outcome }, index) =>
      outcome.status === 'failed' ? [{ index, kind: outcome.kind }] : [],
    ),
  }
}

/** The inverse. BenchError `bad-report` when a column has another length than `count` says. */
export function decodeRequests(columns: RequestColumns): DecodedRequests {
  const { count, failures } = columns
  return {
    count,
    dueAt: decode(columns, 'dueAt', 8, (view, at) => view.getFloat64(at, true)),
    lateness: decode(columns, 'lateness', 2, readTime),
    ttft: decode(columns, 'ttft', 2, readTime),
    tpot: decode(columns, 'tpot', 2, readTime),
    e2eLatency: decode(columns, 'e2eLatency', 2, readTime),
    promptTokens: decodeCounts(columns, 'promptTokens'),
    outputTokens: decodeCounts(columns, 'outputTokens'),
    failures,
  }
}

/** The inverse of `encodeTimes`. */
export function decodeTimes(text: string): (Ms | null)[] {
  const bytes = Buffer.from(text, 'base64')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: Math.floor(bytes.length / 2) }, (_, i) => readTime(view, i * 2))
}

/** The log code of a time, 0 to 65535; null (absent) is 65535. */
export function timeCode(ms: Ms | null): number {
  const { smallestMs, step, absent } = TIME_CODE
  if (ms === null) return absent
  if (ms <= smallestMs) return 0
  return Math.min(Math.round(Math.log(ms / smallestMs) / step), absent - 1)
}

/** The time of a log code; null for 65535. */
export function timeOfCode(code: number): Ms | null {
  const { smallestMs, step, absent } = TIME_CODE
  return code === absent ? null : smallestMs * Math.exp(code * step)
}

/** base64 of little-endian uint16 log codes. */
export function encodeTimes(times: readonly (Ms | null)[]): string {
  const wrong = times.findIndex(Number.isNaN)
  if (wrong !== -1) {
    const remedy = 'Report this with the case that produced it.'
    throw new BenchError(`A time of request ${wrong} is NaN.`, { code: 'bad-report', remedy })
  }
  return encode(times.length, 2, (view, i, at) => view.setUint16(at, timeCode(times[i] ?? null), true))
}

function encodeCounts(records: readonly RequestRecord[], name: 'promptTokens' | 'outputTokens'): string {
  const counts = records.map((record) => record[name])
  const wrong = counts.findIndex((count) => !hasRoom(count))
  if (wrong !== -1) {
    throw new BenchError(`${name} of request ${wrong} is ${counts[wrong]}.`, {
      code: 'bad-report',
      remedy: `Counts are whole numbers from 0 to ${UNKNOWN_COUNT[4] - 1}: look at the lengths that the dataset states.`,
    })
  }
  const isSmall = counts.every((count) => (count ?? 0) < UNKNOWN_COUNT[2])
  return isSmall
    ? encode(counts.length, 2, (view, i, at) => view.setUint16(at, counts[i] ?? UNKNOWN_COUNT[2], true))
    : encode(counts.length, 4, (view, i, at) => view.setUint32(at, counts[i] ?? UNKNOWN_COUNT[4], true))
}

/** What would read as unknown, or is no count, must not get into a file. */
function hasRoom(count: number | null): boolean {
  return count === null || (Number.isInteger(count) && count >= 0 && count < UNKNOWN_COUNT[4])
}

function decodeCounts(columns: RequestColumns, name: 'promptTokens' | 'outputTokens'): (number | null)[] {
  const isSmall = Buffer.byteLength(columns[name], 'base64') === columns.count * 2
  const codes = isSmall
    ? decode(columns, name, 2, (view, at) => view.getUint16(at, true))
    : decode(columns, name, 4, (view, at) => view.getUint32(at, true))
  const unknown = UNKNOWN_COUNT[isSmall ? 2 : 4]
  return codes.map((code) => (code === unknown ? null : code))
}

function readTime(view: DataView, at: number): Ms | null {
  return timeOfCode(view.getUint16(at, true))
}

function encode(count: number, width: number, write: (view: DataView, i: number, at: number) => void): string {
  const bytes = new Uint8Array(count * width)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < count; i++) write(view, i, i * width)
  return Buffer.from(bytes.buffer).toString('base64')
}

function decode<T>(
  columns: RequestColumns,
  name: Exclude<keyof RequestColumns, 'count' | 'failures'>,
  width: number,
  read: (view: DataView, at: number) => T,
): T[] {
  const bytes = Buffer.from(columns[name], 'base64')
  if (bytes.length !== columns.count * width) {
    throw new BenchError(
      `Column "${name}" of the report holds ${bytes.length} bytes where ${columns.count} requests take ${columns.count * width}.`,
      { code: 'bad-report', remedy: 'The file was cut or edited: write it again by running the case.' },
    )
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: columns.count }, (_, i) => read(view, i * width))
}
