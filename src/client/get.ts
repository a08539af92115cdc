import type { CancelTimer, Clock } from '../base/clock.ts'
import type { Ms } from '../base/units.ts'
import { openRoute, type Route } from './create-transport.ts'
import type { Transport } from './transport.ts'

/** Where a page is, and how to get there. */
export interface PageAddress {
  readonly transport: Transport
  /** Absolute path. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

export type Got =
  /** `path` is where it was found in the end. */
  | { readonly kind: 'answer'; readonly status: number; readonly text: string; readonly path: string }
  /** No whole answer came. `problem` is a sentence, without a full stop. */
  | { readonly kind: 'failure'; readonly problem: string }

const MAX_BYTES = 4 * 1024 * 1024
const MAX_REDIRECTS = 3

/**
 * One GET, with redirects to other paths of the same server followed. Not for anything timed. Calls back once, within the
 * time-out; never after the function that is returned was called.
 */
export function get(clock: Clock, address: PageAddress, timeoutMs: Ms, done: (got: Got) => void): () => void {
  let exchange: { abort(): void } | null = null
  let cancelTimer: CancelTimer = () => {}
  let isOver = false

  const giveUp = (): void => {
    isOver = true
    cancelTimer()
    exchange?.abort()
  }
  const settle = (got: Got): void => {
    if (isOver) return
    giveUp()
    done(got)
  }
  const fail = (problem: string): void => settle({ kind: 'failure', problem })

  const request = (path: string, redirectsLeft: number): void => {
    const chunks: Buffer[] = []
    let size = 0
    let status = 0
    let location: string | null = null
    exchange = address.transport.send(
      { method: 'GET', path, headers: address.headers, body: null },
      {
        onSent() {},
        onHead(code, headers) {
          status = code
          const found = headers['location']
          location = typeof found === 'string' ? found : null
        },
        onBytes(bytes, start, end) {
          size += end - start
          if (size > MAX_BYTES) fail(`the page is larger than ${MAX_BYTES / 1024 / 1024} MiB`)
          else chunks.push(Buffer.from(bytes.subarray(start, end)))
        },
        onEnd() {
          if (isOver) return
          const next = status >= 300 && status < 400 && redirectsLeft > 0 ? samePlace(path, location) : null
          if (next === null) settle({ kind: 'answer', status, text: Buffer.concat(chunks).toString(), path })
          else request(next, redirectsLeft - 1)
        },
        onError(_kind, message) {
          fail(message.replace(/\.$/, ''))
        },
      },
    )
  }

  cancelTimer = clock.at(clock.now() + timeoutMs, () => fail(`no answer within ${timeoutMs} ms`))
  request(address.path, MAX_REDIRECTS)
  return giveUp
}

/** The same over a connection of its own, in real time. Throws BenchError `bad-target` on a URL that is none. */
export async function getOnce(
  route: Route,
  path: string,
  headers: Readonly<Record<string, string>>,
  timeoutMs: Ms,
): Promise<Got> {
  const clock = { now: () => performance.now(), at: timer }
  const transport = openRoute(route, { now: clock.now, connections: 1, connectTimeoutMs: timeoutMs })
  try {
    return await new Promise((resolve) => void get(clock, { transport, path, headers }, timeoutMs, resolve))
  } finally {
    await transport.close()
  }
}

function timer(time: Ms, callback: () => void): CancelTimer {
  const timeout = setTimeout(callback, time - performance.now())
  return () => clearTimeout(timeout)
}

/** Stands for the server itself, whose name is none of our business here. */
const HERE = 'http://here.invalid'

/**
 * The path that a redirect leads to; null where it leads nowhere. Of an absolute address, which behind a proxy may name another
 * host, only the path counts: no header of ours goes elsewhere.
 */
function samePlace(from: string, to: string | null): string | null {
  const url = to === null ? null : URL.parse(to, HERE + from)
  return url === null ? null : url.pathname + url.search
}
