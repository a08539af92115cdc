import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { listen } from './listen.ts'
import { createResponder, type Responder, type ResponderOptions } from './respond.ts'

export interface SimulatedServerOptions extends ResponderOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** 0 takes any free port. */
  readonly port: number
}

export interface SimulatedServer {
  /** Base URL, without a slash at the end. */
  readonly url: string
  /** Ends every connection. */
  close(): Promise<void>
}

/** As uvicorn: a connection that idles for longer is closed, which the next request on it may notice. */
const KEEP_ALIVE_MS = 5000

/**
 * Serves a simulated engine over HTTP, on the clock that is passed in (a real one, or no time will pass). A client that
 * goes away cancels its request. Throws BenchError `bad-command` where the port cannot be had.
 */
export async function startSimulatedServer(options: SimulatedServerOptions): Promise<SimulatedServer> {
  const { host = '127.0.0.1', port } = options
  const responder = createResponder(options)
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => respond(responder, request, Buffer.concat(chunks).toString(), response))
  })
  const url = await listen(server, host, port)
  return {
    url,
    close: async () => {
      responder.stop()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

function respond(responder: Responder, request: IncomingMessage, body: string, response: ServerResponse): void {
  const { method, url: path = '/' } = request
  const leave = responder.handle(
    { method: method === 'GET' ? 'GET' : 'POST', path, headers: {}, body },
    {
      head: (status, headers) => {
        response.writeHead(status, headers)
        response.flushHeaders()
      },
      // A copy: the bytes change with the next token, and the socket may still be busy.
      bytes: (bytes) => void response.write(Buffer.from(bytes)),
      end: () => void response.end(),
      // Without the chunk that ends a body, after what was written.
      cut: () => request.socket.destroySoon(),
    },
  )
  response.on('close', () => {
    if (!response.writableFinished) leave()
  })
}
