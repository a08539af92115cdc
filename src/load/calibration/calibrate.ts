import type { TransportName } from '../../client/create-transport.ts'
import type { RequestRecord } from '../../record.ts'
import type { Calibration, ErrorSpread } from '../../report.ts'
import { quantile } from '../../stats/quantile.ts'
import { MS_PER_SECOND, type Ms, type PerSecond, type Tokens } from '../../base/units.ts'
import type { LoadGenerator, LoadShape } from '../load-generator.ts'
import { planLoad, type ServerEndpoint } from '../load-plan.ts'
import { launchReferenceServer } from './launch-reference-server.ts'
import { decodeReferenceStamps, referencePath, type ReferenceStamps, STAMPS_PATH } from './reference-server.ts'

/** Streams start this far apart, and within `RAMP` if they are few: a burst of connections is another load. */
const MS_A_START: Ms = 0.5
const RAMP: Ms = 400
/** Errors are taken in so many windows after it, and the worst is left out: one stall of the machine is not the load's. */
const WINDOWS = 4
const WINDOW: Ms = 500
/** Short requests in all windows, of which the error of TTFT is taken: enough for a tail where the load sends few. */
const FEWEST_PROBES = 200
/** A probe's one event comes at a random moment up to a gap of this rate after it. */
const PROBE_RATE: PerSecond = 100
/** One with a longer gap would say nothing of ITL. */
const SLOWEST_STREAM: PerSecond = 1
/** A machine on which it takes that long cannot send this load at all. */
const LONGEST: Ms = 15_000

/** As a load's requests are. */
const HEADERS = { 'content-type': 'application/json', accept: 'text/event-stream' }
const BODY = JSON.stringify({ stream: true, messages: [{ role: 'user', content: 'x'.repeat(900) }] })

/** One request of the calibration. */
interface Answer {
  readonly offset: Ms
  readonly tokens: Tokens
  readonly rate: PerSecond
}

/**
 * How far the times of a client are off when it has so much to do: it drives a server on this machine, in a process of its
 * own, whose stamps say when each event was really sent. Takes about three seconds.
 *
 *     lag         = the client's stamp of an event - the server's
 *     error, TTFT = lag of the first event          ITL = |lag - lag of the event before|
 *     error, TPOT = |lag of the last - lag of the first| / gaps
 *
 * What the way to the server takes is in no error: the client stamps a request as it writes it. The two share the machine, so
 * against a server elsewhere the errors are at most these. `send` is that of the generator that is measured. Throws Error when the load could not be brought about.
 */
export async function calibrate(
  send: LoadGenerator['send'],
  shape: LoadShape,
  transport: TransportName,
  signal: AbortSignal,
): Promise<Calibration> {
  const server = await launchReferenceServer()
  try {
    const answers = answersOf(shape)
    const records = await ask(
      { kind: 'url', url: server.url, tls: {}, proxy: null, transport },
      answers,
      send,
      AbortSignal.any([signal, AbortSignal.timeout(LONGEST)]),
    )
    const response = await fetch(server.url + STAMPS_PATH)
    const stamps = decodeReferenceStamps(await response.arrayBuffer())
    return errorsOf(shape, answers, records, new Map(stamps.map((each) => [each.id, each])))
  } finally {
    await server.close()
  }
}

/** Streams that last until the end, and probes in between, in the order of their offsets. */
function answersOf({ streams, eventsPerSecond, requestsPerSecond }: LoadShape): Answer[] {
  const ramp = rampOf(streams)
  const span = WINDOWS * WINDOW
  const rate = Math.max(SLOWEST_STREAM, eventsPerSecond / streams)
  const tokens = Math.ceil((rate * (ramp + span)) / MS_PER_SECOND)
  const probes = Math.max(FEWEST_PROBES, Math.ceil((requestsPerSecond * span) / MS_PER_SECOND))
  return [
    ...Array.from({ length: streams }, (_, i) => ({ offset: (i * ramp) / streams, tokens, rate })),
    ...Array.from({ length: probes }, (_, i) => ({ offset: ramp + (i * span) / probes, tokens: 1, rate: PROBE_RATE })),
  ]
}

function rampOf(streams: number): Ms {
  return Math.max(RAMP, streams * MS_A_START)
}

async function ask(
  endpoint: ServerEndpoint,
  answers: readonly Answer[],
  send: LoadGenerator['send'],
  signal: AbortSignal,
): Promise<readonly RequestRecord[]> {
  const plan = planLoad({
    workload: {
      requests: answers.map(({ tokens }) => ({ prompt: '', promptTokens: 0, outputTokens: tokens })),
      offsets: answers.map(({ offset }) => offset),
    },
    toWireRequest: ({ outputTokens }, id) => ({
      method: 'POST',
      path: referencePath({ id, tokens: outputTokens, rate: answers[id]!.rate }),
      headers: HEADERS,
      body: BODY,
    }),
    protocol: 'openai-chat',
    fixedLength: true,
  })
  // The records are on the clock of the server's stamps.
  const { records, aborted } = await send({ ...plan, endpoint }, { signal, clockZero: 0 })
  const failed = records.find(({ outcome }) => outcome.status === 'failed')
  if (failed?.outcome.status === 'failed' && !aborted) throw new Error(failed.outcome.message)
  if (aborted) throw new Error(`it was not over after ${LONGEST / MS_PER_SECOND} s`)
  return records
}

function errorsOf(
  { streams }: LoadShape,
  answers: readonly Answer[],
  records: readonly RequestRecord[],
  stamps: ReadonlyMap<number, ReferenceStamps>,
): Calibration {
  const from = records[0]!.dueAt + rampOf(streams)
  const ttft = windows()
  const itl = windows()
  const tpot: Ms[] = []
  let events = 0
  for (const [id, { dueAt, outputAt }] of records.entries()) {
    const sentAt = stamps.get(id)?.sentAt
    if (sentAt === undefined || sentAt.length !== outputAt.length) throw new Error('events were lost')
    const lagOf = (k: number): Ms => outputAt[k]! - sentAt[k]!
    const isProbe = answers[id]!.offset >= rampOf(streams)
    if (isProbe) ttft[windowOf(dueAt - from)]!.push(lagOf(0))
    for (let k = 0; k < sentAt.length; k++) {
      const at = sentAt[k]! - from
      if (at >= 0 && at < WINDOWS * WINDOW) events++
      if (k > 0 && at >= 0) itl[windowOf(at)]!.push(Math.abs(lagOf(k) - lagOf(k - 1)))
    }
    const gaps = sentAt.length - 1
    if (gaps > 0) tpot.push(Math.abs(lagOf(gaps) - lagOf(0)) / gaps)
  }
  return {
    streams,
    eventsPerSecond: (events / (WINDOWS * WINDOW)) * MS_PER_SECOND,
    ttft: spreadOf(ttft),
    itl: spreadOf(itl),
    tpot: spread(tpot),
  }
}

/** What comes after the last one, because the machine does not keep up, belongs to it. */
function windowOf(at: Ms): number {
  return Math.min(WINDOWS - 1, Math.floor(at / WINDOW))
}

function windows(): Ms[][] {
  return Array.from({ length: WINDOWS }, () => [])
}

/** Each quantile is that of the worst window but one. */
function spreadOf(windows: readonly (readonly Ms[])[]): ErrorSpread {
  const all = windows.filter(({ length }) => length > 0).map(spread)
  const last = all.length === 1 ? 0 : 1
  const pick = (of: (each: ErrorSpread) => Ms): Ms => all.map(of).toSorted((a, b) => b - a)[last]!
  return { p50: pick(({ p50 }) => p50), p99: pick(({ p99 }) => p99), max: pick(({ max }) => max) }
}

/** Of none there is no error. */
function spread(errors: readonly Ms[]): ErrorSpread {
  if (errors.length === 0) return { p50: 0, p99: 0, max: 0 }
  const sorted = Float64Array.from(errors).sort()
  return { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99), max: sorted.at(-1)! }
}
