import type { CancelTimer, Clock } from '../base/clock.ts'
import type { Transport } from '../client/transport.ts'
import type { Ms } from '../base/units.ts'

/** Where a page is, and how to get there. */
export interface PageAddress {
  readonly transport: Transport
  /** Absolute path. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
}

export type FetchedPage =
  /** `path` is where it was found in the end. */
  | { readonly kind: 'page'; readonly text: string; readonly path: string }
  /** A sentence, without a full stop. */
  | { readonly kind: 'problem'; readonly problem: string }

const TIMEOUT: Ms = 3000
const MAX_BYTES = 4 * 1024 * 1024
const MAX_REDIRECTS = 3

/**
 * The text of one GET, with redirects to other paths of the same server followed. Calls back once, within the time-out;
 * never after the function that is returned was called.
 */
export function fetchPage(clock: Clock, address: PageAddress, done: (fetched: FetchedPage) => void): () => void {
  let exchange: { abort(): void } | null = null
  let cancelTimer: CancelTimer = () => {}
  let isOver = false

  const giveUp = (): void => {
    isOver = true
    cancelTimer()
    exchange?.abort()
  }
  const settle = (fetched: FetchedPage): void => {
    if (isOver) return
    giveUp()
    done(fetched)
  }
  const fail = (problem: string): void => settle({ kind: 'problem', problem })

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
          if (status === 200) settle({ kind: 'page', text: Buffer.concat(chunks).toString(), path })
          else if (status >= 300 && status < 400 && location !== null && redirectsLeft > 0) follow(location)
          else fail(`the answer was HTTP ${status}`)
        },
        onError(_kind, message) {
          fail(message.replace(/\.$/, ''))
        },
      },
    )

    const follow = (to: string): void => {
      const target = samePlace(path, to)
      if (target === null) fail(`the answer was HTTP ${status} with an address that is none`)
      else request(target, redirectsLeft - 1)
    }
  }

  cancelTimer = clock.at(clock.now() + TIMEOUT, () => fail(`no answer within ${TIMEOUT} ms`))
  request(address.path, MAX_REDIRECTS)
  return giveUp
}

/** Stands for the server itself, whose name is none of our business here. */
const HERE = 'http://here.invalid'

/**
 * The path that a redirect leads to. Of an absolute address, which behind a proxy may name another host, only the path
 * counts: no header of ours goes elsewhere.
 */
function samePlace(from: string, to: string): string | null {
  try {
    const { pathname, search } = new URL(to, HERE + from)
    return pathname + search
  } catch {
    return null
  }
}
