import type { WireObserver } from './transport.ts'

/** A request that a transport has not sent yet; `over` once its observer has heard the last of it. */
interface Waiting {
  readonly observer: WireObserver
  state: string
}

/** Tells requests that wait for a connection that the client was closed. Nobody waits afterwards. */
export function abortWaiting(queue: Waiting[]): void {
  for (const sending of queue.splice(0)) {
    if (sending.state === 'over') continue
    sending.state = 'over'
    sending.observer.onError('aborted', 'the client was closed')
  }
}
