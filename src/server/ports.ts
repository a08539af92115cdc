import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'

/** A port that nobody listens on, on any address of this host. */
export async function findFreePort(): Promise<number> {
  const server = createServer()
  server.listen({ port: 0, host: '0.0.0.0', exclusive: true })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

/** Whether somebody could listen on this port now. Both addresses count: not every system minds the other one. */
export async function isPortFree(port: number): Promise<boolean> {
  for (const host of ['0.0.0.0', '127.0.0.1']) {
    const server = createServer()
    server.listen({ port, host, exclusive: true })
    try {
      await once(server, 'listening')
    } catch {
      return false
    }
    server.close()
    await once(server, 'close')
  }
  return true
}
