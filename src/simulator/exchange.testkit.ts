import type { Transport, WireRequest } from '../client/transport.ts'
import { createVirtualClock } from '../load/virtual-clock.ts'
import type { Ms } from '../base/units.ts'
import type { EngineProfile } from './profile.ts'
import { createSimulatedTransport } from './simulated-transport.ts'

/** What was heard of one request: the calls in order, with their times. */
export interface Heard {
  status: number
  headAt: Ms
  /** One text per call of `onBytes`. */
  readonly texts: string[]
  readonly textAt: Ms[]
  /** `open`, `ended`, or the error. */
  end: string
}

/** Sends to a simulated server in virtual time, all at once, and waits until nothing happens any more. */
export function exchange(profile: EngineProfile, requests: readonly WireRequest[], seed = 0): Heard[] {
  const clock = createVirtualClock()
  const transport = createSimulatedTransport({ clock, profile, seed })
  const heard = requests.map((request) => listen(transport, request, () => clock.now()))
  clock.run()
  return heard.map(({ heard: one }) => one)
}

/** Sends one request and writes down what is heard. */
export function listen(
  transport: Transport,
  request: WireRequest,
  now: () => Ms,
): { readonly heard: Heard; readonly abort: () => void } {
  const heard: Heard = { status: 0, headAt: 0, texts: [], textAt: [], end: 'open' }
  const { abort } = transport.send(request, {
    onSent: () => {},
    onHead: (status) => {
      heard.status = status
      heard.headAt = now()
    },
    onBytes: (bytes, start, end) => {
      heard.texts.push(Buffer.from(bytes.subarray(start, end)).toString())
      heard.textAt.push(now())
    },
    onEnd: () => {
      heard.end = 'ended'
    },
    onError: (kind, message) => {
      heard.end = `${kind}: ${message}`
    },
  })
  return { heard, abort }
}

export const get = (path: string): WireRequest => ({ method: 'GET', path, headers: {}, body: null })

export const post = (path: string, body: unknown): WireRequest => ({
  method: 'POST',
  path,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
})
