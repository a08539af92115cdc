import { PROTOCOLS } from '../../protocol/protocols.ts'
import type { ReplayedAnswer } from './replayed-answer.ts'

/** Ways in which a server fails. A closed set. */
export const FAULT_KINDS = [
  'none',
  'cut',
  'stall',
  'error-event',
  'short',
  'silent-head',
  'head-then-cut',
  'reset-mid-header',
  'endless-headers',
  'garbage',
  'long-line',
  'loading',
  'late-ready',
  'slow-reader',
  'refuse',
  'tls',
] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

export interface Fault {
  readonly kind: FaultKind
  /** What it counts depends on the kind; see `FAULTS`. */
  readonly after: number
}

interface FaultFacts {
  /** What a client sees. */
  readonly says: string
  /** What `after` counts, and its default; null where it counts nothing. */
  readonly after: { readonly counts: string; readonly default: number } | null
  answer(answer: ReplayedAnswer, after: number): Promise<void>
}

const MIB = 1_048_576
const PIECE = 65_536
const FAILURE = 'the engine failed (replayed fault)'
const LOADING = '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}'

/** `after` counts writes of the recording: one event each, in almost every server. */
const writes = { counts: 'writes', default: 2 }

const healthy = (answer: ReplayedAnswer): Promise<void> => answer.replay()

/** Of `refuse` and `tls` no request ever hears: see `startReplayServer`. */
export const FAULTS: Readonly<Record<FaultKind, FaultFacts>> = {
  none: { says: 'the recording as it is', after: null, answer: healthy },
  cut: {
    says: 'the connection is lost after so many writes',
    after: writes,
    async answer(answer, after) {
      await answer.begin(after)
      answer.cut()
    },
  },
  stall: {
    says: 'nothing more comes after so many writes, and the connection stays',
    after: writes,
    answer: (answer, after) => answer.begin(after),
  },
  'error-event': {
    says: 'after so many writes an error inside the stream, then its regular end',
    after: writes,
    async answer(answer, after) {
      await answer.begin(after)
      await answer.write(Buffer.from(PROTOCOLS[answer.recording.protocol].errorEnding(FAILURE)))
      answer.end()
    },
  },
  short: {
    says: 'the answer ends by itself after so many writes',
    after: writes,
    async answer(answer, after) {
      await answer.begin(after)
      await answer.write(Buffer.from(PROTOCOLS[answer.recording.protocol].shortEnding(after)))
      answer.end()
    },
  },
  'silent-head': {
    says: 'a head with status 200, then nothing',
    after: null,
    answer: (answer) => answer.begin(0),
  },
  'head-then-cut': {
    says: 'a head with status 200, then the connection is lost',
    after: null,
    async answer(answer) {
      await answer.begin(0)
      answer.cut()
    },
  },
  'reset-mid-header': {
    says: 'the connection is reset in the middle of the head',
    after: null,
    async answer(answer) {
      await answer.writeRaw(Buffer.from('HTTP/1.1 200 OK\r\ncontent-type: text/ev'))
      answer.reset()
    },
  },
  'endless-headers': {
    says: 'a head that never ends',
    after: null,
    async answer(answer) {
      await answer.writeRaw(Buffer.from('HTTP/1.1 200 OK\r\n'))
      for (let i = 0; !answer.isGone(); i++)
        await answer.writeRaw(Buffer.from(`x-filler-${i}: ${'a'.repeat(1000)}\r\n`))
    },
  },
  garbage: {
    says: 'bytes that are no HTTP',
    after: null,
    async answer(answer) {
      await answer.writeRaw(Buffer.from('SSH-2.0-OpenSSH_9.6\r\n\u0000\u0001\u0002'))
      answer.cut()
    },
  },
  'long-line': {
    says: 'one line of so many MiB, without a line break',
    after: { counts: 'MiB', default: 10 },
    async answer(answer, after) {
      await answer.begin(0)
      await answer.write(Buffer.from('data: '))
      const piece = Buffer.alloc(PIECE, 'a')
      for (let sent = 0; sent < after * MIB && !answer.isGone(); sent += PIECE) await answer.write(piece)
      answer.end()
    },
  },
  loading: {
    says: 'the first so many requests get a 503, later ones the recording',
    after: { counts: 'requests', default: 3 },
    answer: async (answer, after) => (answer.nth <= after ? answer.refuse(503, LOADING) : answer.replay()),
  },
  'late-ready': {
    says: 'requests are accepted at once, and answered from so many ms after the start on',
    after: { counts: 'ms', default: 3000 },
    async answer(answer, after) {
      await answer.untilUp(after)
      await answer.replay()
    },
  },
  'slow-reader': {
    says: 'the request is read slowly: one KiB each so many ms',
    after: { counts: 'ms', default: 100 },
    answer: healthy,
  },
  refuse: { says: 'no connection is accepted', after: null, answer: healthy },
  tls: { says: 'no TLS session comes about', after: null, answer: healthy },
}
