import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { BenchError } from '../base/errors.ts'

/**
 * Listens (port 0 takes any free one) and returns the base URL, without a slash at the end. Throws BenchError
 * `bad-command` where the port cannot be had.
 */
export async function listen(server: Server, host: string, port: number, scheme = 'http'): Promise<string> {
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (cause) {
    throw new BenchError(`Cannot listen on ${host}:${port} (${(cause as NodeJS.ErrnoException).code}).`, {
      code: 'bad-command',
      remedy: 'Stop what uses the port, or choose another one (0 takes any free port).',
      cause,
    })
  }
  const address = server.address() as AddressInfo
  return `${scheme}://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`
}
