import type { Transport, WireRequest } from './transport.ts'

export const GET: WireRequest = { method: 'GET', path: '/v1/models', headers: {}, body: null }
export const POST: WireRequest = { method: 'POST', path: '/v1/completions', headers: { 'x-a': 'b' }, body: '{"ä":1}' }

/** What the observer heard, in order, as words; bytes are joined. */
export function exchange(transport: Transport, request: WireRequest, abortOn?: string): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<string[]>()
  const heard: string[] = []
  const hear = (what: string): void => {
    heard.push(what)
    if (what === abortOn) {
      sending.abort()
      setImmediate(resolve, heard)
    }
  }
  const sending = transport.send(request, {
    onSent: () => hear('sent'),
    onHead: (status) => hear(`head ${status}`),
    onBytes: (bytes, start, end) => hear(Buffer.from(bytes.subarray(start, end)).toString()),
    onEnd() {
      hear('end')
      resolve(heard)
    },
    onError(kind, message) {
      hear(`${kind}: ${message}`)
      resolve(heard)
    },
  })
  return promise
}
