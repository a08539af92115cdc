import { MS_PER_SECOND, type Ms } from '../base/units.ts'
import type { WireObserver } from './transport.ts'

/** The server may close the connection so much earlier than its `Keep-Alive: timeout` says: it is on its way by then. */
export const KEEP_ALIVE_MARGIN: Ms = 1000

/** Until when a connection may be used again, whose answer began `at` with these headers; Infinity where the server says nothing. */
export function idleUntil(headers: Parameters<WireObserver['onHead']>[1], at: Ms): Ms {
  const timeout = /timeout=(\d+)/.exec(String(headers['keep-alive'] ?? ''))?.[1]
  return timeout === undefined ? Infinity : at + Number(timeout) * MS_PER_SECOND - KEEP_ALIVE_MARGIN
}
